/**
 * Who may ask: tokens, client certificates, and what a browser may be made to do behind somebody's back.
 *
 * @module
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { TLSSocket } from "node:tls";

export interface NamedToken {
  /** Whose it is: a site, or `default`. */
  readonly name: string;
  readonly token: string;
}

/** How long a browser stays signed in, seconds. */
const COOKIE_SECONDS = 90 * 86_400;
/** A cookie may be from a clock that was this far ahead. */
const AHEAD_SECONDS = 86_400;
const COOKIE = "larder";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** True for addresses and names that only this machine can use. */
export function isLoopbackHost(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host.toLowerCase() === "localhost";
  // asked for every request: a list makes an object of each address it is asked for
  return version === 4 ? host.startsWith("127.") : host === "::1" || LOOPBACK.check(host, "ipv6");
}

interface KnownToken {
  readonly name: string;
  readonly hash: Buffer;
  /** What its cookies are made with. */
  readonly cookieKey: Buffer;
}

function knownTokens(tokens: readonly NamedToken[]): KnownToken[] {
  return tokens.map(({ name, token }) => ({ name, hash: hash(token), cookieKey: cookieKey(token) }));
}

/** The tokens of one server. What is compared are hashes, all of them, so that the time taken says nothing about a token. */
export class Access {
  #known: readonly KnownToken[];

  /** False when nobody has to show anything. */
  readonly required: boolean;

  /** @param certificates true when client certificates are as good as a token */
  constructor(tokens: readonly NamedToken[], certificates = false) {
    this.required = tokens.length > 0 || certificates;
    this.#known = knownTokens(tokens);
  }

  /** From now on these let somebody in, and no others. */
  replace(tokens: readonly NamedToken[]): void {
    // without one, all would be let in
    if (tokens.length > 0) this.#known = knownTokens(tokens);
  }

  /** Whose token this is. */
  ownerOf(token: string): string | undefined {
    return this.#find(hash(token), (known) => known.hash);
  }

  /** Who a request is from: its client certificate, header, path or cookie, in that order. */
  identify(request: IncomingMessage, pathToken: string | undefined, nowMs: number): string | undefined {
    const certificate = certificateName(request);
    if (certificate !== undefined) return certificate;
    for (const token of [headerToken(request.headers.authorization), pathToken]) {
      const owner = token === undefined ? undefined : this.ownerOf(token);
      if (owner !== undefined) return owner;
    }
    const cookie = cookieOf(request.headers.cookie);
    return cookie === undefined ? undefined : this.#ownerOfCookie(cookie, nowMs);
  }

  #ownerOfCookie(cookie: string, nowMs: number): string | undefined {
    const issued = /^([0-9a-z]{1,8})-/.exec(cookie)?.[1];
    if (issued === undefined) return undefined;
    const age = nowMs / 1000 - Number.parseInt(issued, 36);
    // the browser forgets it by then; who has copied it does not
    if (age > COOKIE_SECONDS || age < -AHEAD_SECONDS) return undefined;
    return this.#find(hash(cookie), (known) => hash(cookieValue(known.cookieKey, issued)));
  }

  #find(shown: Buffer, of: (known: KnownToken) => Buffer): string | undefined {
    let owner: string | undefined;
    for (const each of this.#known) if (timingSafeEqual(of(each), shown)) owner = each.name;
    return owner;
  }
}

/** When and how a browser signs in. */
export interface SignIn {
  readonly nowMs: number;
  /** Whether over TLS: the cookie then never goes without. */
  readonly secure: boolean;
}

/** The header that signs a browser in with a token it has shown. The cookie holds no token, and goes with it. */
export function signInCookie(token: string, { nowMs, secure }: SignIn): string {
  const issued = Math.floor(nowMs / 1000).toString(36);
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${COOKIE_SECONDS}${secure ? "; Secure" : ""}`;
  return `${COOKIE}=${cookieValue(cookieKey(token), issued)}; ${attributes}`;
}

function cookieKey(token: string): Buffer {
  return createHmac("sha256", token).update("larder sign-in").digest();
}

/** When it was given, and a seal that only the token's owner can make. */
function cookieValue(key: Buffer, issued: string): string {
  return `${issued}-${createHmac("sha256", key).update(issued).digest("base64url")}`;
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** `Bearer T`, or the password of `Basic`, whatever the user is called. */
function headerToken(header: string | undefined): string | undefined {
  const [, scheme = "", value = ""] = /^(\w+) +(\S+) *$/.exec(header ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const login = Buffer.from(value, "base64").toString("utf8");
  return login.includes(":") ? login.slice(login.indexOf(":") + 1) : undefined;
}

function cookieOf(header: string | undefined): string | undefined {
  const pairs = (header ?? "").split(/; */).map((pair) => pair.split("="));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}

function certificateName({ socket }: IncomingMessage): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const name = subject?.CN;
  return `certificate ${Array.isArray(name) ? name[0] : (name ?? "without a name")}`;
}

/**
 * Why a request must not be answered even to somebody with the right to ask; undefined when it may be.
 *
 * Without a token, only this machine can connect; but a page of somebody else in a browser here could, once its name is
 * made to point at this machine (DNS rebinding). So the Host header has to be a name of this machine. Where a token is
 * needed, such a page has none.
 */
export function suspicion(request: IncomingMessage, access: Access): string | undefined {
  const host = request.headers.host ?? "";
  const origin = request.headers.origin;
  if (origin !== undefined && origin !== "null" && hostOf(origin) !== host.toLowerCase())
    return "A page of another site asks for this.";
  if (access.required || isLoopbackHost(host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"))) return undefined;
  return "This name is not one of this computer's own. Without a token, larder answers to localhost only.";
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
}
