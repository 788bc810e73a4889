/**
 * The one HTTP door: time-outs, limits, the user agent and the way out are decided here.
 *
 * undici is loaded on first use, so that a command which asks nobody anything starts without it. The one exception is
 * the raw transport of precache, which reads bodies from the socket itself and has its own door.
 *
 * @module
 */
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import type { Dispatcher } from "undici";
import { LarderError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { proxyRefused, publicUrl, requestError } from "./http-failure.ts";
import { dispatcherFor, proxyOf, type Way } from "./network.ts";

export { publicUrl, requestError } from "./http-failure.ts";
export { type NetworkOptions, networkSchema, proxyOf, trustedAuthorities, useNetwork } from "./network.ts";

/** Its way out is that of `network.ts`: the proxy and the authorities of the settings and the environment. */
export interface HttpRequest extends Way {
  /** Default GET. */
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From the request to the last byte of the answer. Default 10,000 ms. */
  readonly timeoutMs?: number;
  /** Most bytes of an answer's body that are read; a longer one is an error. Default 16 MiB. */
  readonly maxBytes?: number;
  /** A longer body is cut off at `maxBytes` instead: where its beginning says enough. */
  readonly cutLong?: boolean;
  readonly signal?: AbortSignal;
  /** Connections of the caller's own; without it, those of all. */
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

/** Who asks, in every request. */
export const USER_AGENT = `larder/${VERSION}`;

const DECODERS: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/**
 * One request, its whole answer. Any status is an answer; only a server that cannot be reached, is too slow, or sends
 * more than it may is an error.
 * @throws LarderError `HTTP_UNREACHABLE`, `HTTP_TIMEOUT`, `HTTP_CERTIFICATE`, `HTTP_PROXY`, `HTTP_TOO_LARGE`,
 *   `HTTP_ABORTED`; the first two are retryable. `CA_FILE`, `PROXY_INVALID` when the way out is not set up right.
 */
export async function httpRequest(request: HttpRequest): Promise<HttpResponse> {
  const maxBytes = request.maxBytes ?? 16 * 1024 * 1024;
  const answer = await httpStream(request);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body) {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes && request.cutLong === true) break;
      if (size > maxBytes) throw tooLarge(request, maxBytes);
    }
  } catch (error) {
    throw error instanceof LarderError ? error : requestError(request, error);
  }
  const body = decoded(Buffer.concat(chunks), answer.headers["content-encoding"], maxBytes);
  return { status: answer.status, headers: answer.headers, body: body.subarray(0, maxBytes) };
}

/** Some servers compress unasked. What cannot be decoded is left as received. */
function decoded(body: Buffer, encoding: string | undefined, maxBytes: number): Buffer {
  const decode = DECODERS[encoding?.trim().toLowerCase() ?? ""];
  if (decode === undefined || body.length === 0) return body;
  try {
    return decode(body, { maxOutputLength: maxBytes });
  } catch {
    return body;
  }
}

/** As `httpRequest`, with the body left to the caller; errors of the body reach the caller as undici's own. */
export async function httpStream(request: HttpRequest): Promise<HttpStream> {
  const undici = await import("../undici.ts");
  const dispatcher = request.dispatcher ?? (await dispatcherFor(request));
  const deadline = AbortSignal.timeout(request.timeoutMs ?? 10_000);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
  const asked = undici.request(request.url, {
    method: request.method ?? "GET",
    headers: { "user-agent": USER_AGENT, ...request.headers },
    body: request.body ?? null,
    signal,
    dispatcher,
  });
  try {
    const answer = await unlessAborted(asked, signal);
    const proxy = request.dispatcher === undefined ? proxyOf(request) : undefined;
    if (answer.statusCode === 407 && proxy !== undefined) {
      answer.body.on("error", () => undefined).destroy();
      throw proxyRefused(request, proxy, "407");
    }
    return { status: answer.statusCode, headers: flatHeaders(answer.headers), body: answer.body };
  } catch (error) {
    throw error instanceof LarderError ? error : requestError(request, error);
  }
}

/** undici looks at the signal only once it is connected: a port that accepts and is silent would outlast it. */
async function unlessAborted(asked: Promise<Dispatcher.ResponseData>, signal: AbortSignal) {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([asked, aborted]);
  } catch (error) {
    void asked.then(
      ({ body }) => body.on("error", () => undefined).destroy(),
      () => undefined,
    );
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
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
