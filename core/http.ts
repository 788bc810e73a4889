/**
 * The one HTTP door: time-outs, limits and the user agent are decided here.
 *
 * undici is loaded on first use, so that a command which asks nobody anything starts without it. The one exception is
 * the warming fast path of precache, which reads bodies from the socket itself and stands behind its own door.
 *
 * @module
 */
import type { Dispatcher } from "undici";
import { errorCode, errorText, LarderError } from "./errors.ts";

export interface HttpRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From the request to the last byte of the answer. Default 10,000 ms. */
  readonly timeoutMs?: number;
  /** Most bytes of an answer's body that are read; a longer one is an error. Default 16 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /** Keep-alive connections, proxies, certificates: a dispatcher of the caller's. */
  readonly dispatcher?: Dispatcher;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer whose body is still to be read. Read it to its end or destroy it. */
export interface HttpStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer> & { destroy(error?: Error): unknown };
}

export const USER_AGENT = "larder/0.1";

/**
 * One request, its whole answer. Any status is an answer; only a server that cannot be reached, is too slow, or sends
 * more than it may is an error.
 * @throws LarderError `HTTP_UNREACHABLE`, `HTTP_TIMEOUT`, `HTTP_TOO_LARGE`, `HTTP_ABORTED`; the first two are retryable.
 */
export async function httpRequest(request: HttpRequest): Promise<HttpResponse> {
  const maxBytes = request.maxBytes ?? 16 * 1024 * 1024;
  const answer = await httpStream(request);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(request, maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof LarderError ? error : requestError(request, error);
  }
  return { status: answer.status, headers: answer.headers, body: Buffer.concat(chunks) };
}

/** As `httpRequest`, with the body left to the caller; errors of the body reach the caller as undici's own. */
export async function httpStream(request: HttpRequest): Promise<HttpStream> {
  const undici = await import("undici");
  const deadline = AbortSignal.timeout(request.timeoutMs ?? 10_000);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
  try {
    const answer = await undici.request(request.url, {
      method: request.method ?? "GET",
      headers: { "user-agent": USER_AGENT, ...request.headers },
      body: request.body ?? null,
      signal,
      ...(request.dispatcher === undefined ? {} : { dispatcher: request.dispatcher }),
    });
    return { status: answer.statusCode, headers: flatHeaders(answer.headers), body: answer.body };
  } catch (error) {
    throw requestError(request, error);
  }
}

/**
 * A failure of the network in our words, wherever in an exchange it struck.
 * Credentials in the address are left out of the message.
 */
export function requestError(
  request: Pick<HttpRequest, "url" | "method" | "timeoutMs" | "signal">,
  error: unknown,
): LarderError {
  const what = `Cannot ${request.method ?? "GET"} "${publicUrl(request.url)}"`;
  if (request.signal?.aborted === true) {
    return new LarderError(`${what}: stopped before it was done`, { code: "HTTP_ABORTED", cause: error });
  }
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError" || name === "AbortError" || /TIMEOUT/.test(errorCode(error) ?? "")) {
    const limit = request.timeoutMs ?? 10_000;
    return new LarderError(`${what}: no whole answer within ${limit / 1000} s`, {
      code: "HTTP_TIMEOUT",
      retryable: true,
      cause: error,
    });
  }
  return new LarderError(`${what}: ${errorText(error) || errorCode(error) || "the connection failed"}`, {
    code: "HTTP_UNREACHABLE",
    retryable: true,
    cause: error,
  });
}

/** An address without user, password and query: what may stand in a message. */
export function publicUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return url.replace(/\?.*$/s, "").replace(/\/\/[^/@]*@/, "//");
  }
}

function tooLarge(request: HttpRequest, maxBytes: number): LarderError {
  return new LarderError(
    `Cannot ${request.method ?? "GET"} "${publicUrl(request.url)}": the answer is longer than the ${maxBytes} bytes we take`,
    { code: "HTTP_TOO_LARGE" },
  );
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
