/**
 * The interface of everything that notifies people.
 *
 * @module
 */

import { errorText, LarderError } from "../../core/errors.ts";
import { type HttpRequest, type HttpResponse, httpRequest, publicUrl } from "../../core/http/http.ts";
import { isTransientStatus, retryAfterMs } from "../../core/retry.ts";
import { excerpt } from "../../core/revealed.ts";
import type { Notice } from "../state/state.ts";
import type { Message } from "../words/words.ts";

/** What the other side said. `accepted`: it took the notice, and nobody knows whether a person gets it. */
export type Receipt = "delivered" | "accepted";

export interface Notifier {
  readonly name: string;
  /** The kind, as in the settings. */
  readonly type: string;
  /** Where it sends to, without anything secret. */
  readonly place: string;
  /**
   * Sends one notice. A repeat of the same notice is recognised by its id where the other side can do so.
   * @throws LarderError `ALERT_UNSENT`, worth another try, or `ALERT_REFUSED`, which is not.
   */
  send(notice: Notice, message: Message): Promise<Receipt>;
}

/** A notice that did not get through. */
export class UnsentError extends LarderError {
  /** What the other side asked us to wait; undefined where it did not say. */
  readonly askedMs: number | undefined;

  constructor(
    name: string,
    why: string,
    options: { retryable: boolean; askedMs?: number | undefined; cause?: unknown },
  ) {
    const { retryable, askedMs, cause } = options;
    const which = retryable
      ? { code: "ALERT_UNSENT", state: "the notice is kept and sent again" }
      : { code: "ALERT_REFUSED", state: "the notice is kept; other notifiers have it" };
    super(`Cannot notify "${name}": ${why}`, {
      ...which,
      next: `correct it, then: larder alerts test --to ${name}`,
      retryable,
      cause,
    });
    this.askedMs = askedMs;
  }
}

/** Longest wait for an answer: a notifier that hangs delays nobody for longer. */
export const SEND_TIMEOUT_MS = 10_000;

/** Sends JSON as `post` does. */
export async function postJson(
  name: string,
  {
    url,
    body,
    headers = {},
  }: { readonly url: string; readonly body: unknown; readonly headers?: HttpRequest["headers"] },
): Promise<HttpResponse> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return await post(name, { url, body: text, headers: { ...headers, "content-type": "application/json" } });
}

/** Sends a request whose answer must be a success. */
async function post(name: string, request: Omit<HttpRequest, "maxBytes" | "cutLong">): Promise<HttpResponse> {
  let answer: HttpResponse;
  try {
    answer = await httpRequest({
      method: "POST",
      timeoutMs: SEND_TIMEOUT_MS,
      ...request,
      maxBytes: 4096,
      cutLong: true,
    });
  } catch (error) {
    // the whole address may be the right to write there
    const why = errorText(error).replaceAll(publicUrl(request.url), new URL(request.url).host);
    throw new UnsentError(name, why, { retryable: true, cause: error });
  }
  const { status, headers, body } = answer;
  if (status >= 200 && status < 300) return answer;
  const said = excerpt(body.toString("utf8"), 200);
  throw new UnsentError(name, `"${new URL(request.url).host}" answered ${status}${said === "" ? "" : `: ${said}`}`, {
    retryable: isTransientStatus(status),
    askedMs: retryAfterMs(headers["retry-after"], Date.now()),
  });
}
