/**
 * A question by HTTP, and what is wrong where it is not answered.
 *
 * @module
 */

import { errorCode, LarderError } from "../../../core/errors.ts";
import { httpRequest, publicUrl } from "../../../core/http/http.ts";
import { excerpt } from "../../../core/revealed.ts";
import { asText } from "../json-parts.ts";
import type { ServerPlace } from "./history-server.ts";

/** A year of a fleet by day and site is far below it. */
const MOST_BYTES = 64 * 1024 * 1024;
const NARROWER = "ask for less: a shorter time, fewer caches with --tag, or another --group-by";

/** Sends a form; the body of a 200 answer. Errors as of `HistoryServer`. */
export async function ask(
  { url, authorization, timeoutMs, caFile }: ServerPlace,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const request = httpRequest({
    url,
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      "accept-encoding": "gzip",
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: new URLSearchParams(form).toString(),
    timeoutMs,
    maxBytes: MOST_BYTES,
    caFile,
  });
  const { status, body } = await request.catch((error: unknown) => {
    if (errorCode(error) !== "HTTP_TOO_LARGE") throw error;
    throw queryError(url, `its answer is larger than ${MOST_BYTES / 1024 / 1024} MB`, NARROWER);
  });
  const text = body.toString("utf8");
  if (status === 200) return text;
  throw refused(url, status, said(text));
}

/** An error of the server, by what it says. */
export function refused(url: string, status: number, words: string): LarderError {
  const denied = status === 401 || status === 403;
  const missing = status === 404 || /not found/i.test(words);
  return new LarderError(`Cannot ask "${publicUrl(url)}": it answered ${status} ${excerpt(words, 300)}`.trimEnd(), {
    code: denied ? "SINK_DENIED" : missing ? "SINK_NOT_FOUND" : "SINK_QUERY",
    state: "nothing was changed",
    next: denied
      ? "give the sink a user or token that may read"
      : missing
        ? "correct the sink's url, database or bucket; of a VictoriaMetrics cluster or a gateway, set queryUrl"
        : "see the server's log",
  });
}

/** An answer that cannot be used. */
export function queryError(url: string, what: string, next: string): LarderError {
  return new LarderError(`Cannot ask "${publicUrl(url)}": ${what}`, {
    code: "SINK_QUERY",
    state: "nothing was changed",
    next,
  });
}

/** Too many lines. */
export function tooMany(url: string, most: number): LarderError {
  return queryError(url, `it has more than ${most} lines of that`, NARROWER);
}

/** What an answer says is wrong: `error` of JSON, or the beginning of a text. */
function said(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    return asText(error ?? message);
  } catch {
    return text;
  }
}
