/**
 * How a browser comes by its cookie: a link with `?token=…`, or the page that asks for it.
 *
 * @module
 */
import { type Access, type SignIn, signInCookie } from "./access.ts";
import { type Reply, refusal } from "./exchange.ts";

/** Where the page sends what was typed. */
export const SIGN_IN_PATH = "/sign-in";

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>larder: sign in</title></head>
<body><main><h1>larder</h1>
<form method="post" action="${SIGN_IN_PATH}">
<p><label>Token <input type="password" name="token" autocomplete="current-password" required autofocus></label></p>
<p><button>Sign in</button></p>
</form>
<p>The token is in the file that <code>--token-file</code> names where larder runs.</p>
</main></body></html>
`;

/** The answer to somebody who has shown no token, or a wrong one. */
export function askForToken(wantsPage: boolean): Reply {
  const headers = { "www-authenticate": 'Bearer realm="larder"' };
  if (!wantsPage) return refusal(401, "A token is needed: send it as Authorization: Bearer.", headers);
  return { status: 401, type: "text/html; charset=utf-8", body: PAGE };
}

/** A link with a right token: the browser gets its cookie, and the address without the token. */
export function signInByLink(access: Access, url: URL, signIn: SignIn): Reply | undefined {
  const token = url.searchParams.get("token");
  if (token === null || access.ownerOf(token) === undefined) return undefined;
  const clean = new URL(url);
  clean.searchParams.delete("token");
  // one slash at the start: an address that begins with two would lead elsewhere
  const location = `${clean.pathname.replace(/^\/+/, "/")}${clean.search}`;
  return { status: 303, headers: { location, "set-cookie": signInCookie(token, signIn) } };
}

/** The token that was typed. */
export function signInByForm(access: Access, body: Buffer, signIn: SignIn): Reply {
  const token = new URLSearchParams(body.toString("utf8")).get("token")?.trim() ?? "";
  if (access.ownerOf(token) === undefined) return askForToken(true);
  return { status: 303, headers: { location: "/", "set-cookie": signInCookie(token, signIn) } };
}
