/**
 * The general way: undici, for everything the fast path leaves: https, chunked bodies, bodies that end with the
 * connection, redirections.
 *
 * @module
 */
import type { Agent, Dispatcher } from "undici";
import { errorCode, errorText } from "../../core/errors.ts";
import { USER_AGENT } from "../../core/http.ts";
import { contentLength, MAX_HEAD_BYTES } from "./response-head.ts";
import {
  ANSWER_FIELDS,
  type AnswerFields,
  type AssetRequest,
  type BodyReader,
  FetchError,
  fetchError,
  type TransferEnd,
} from "./transfer.ts";

export interface GeneralPathOptions {
  readonly stallMs: number;
  readonly connectMs: number;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export class GeneralPath {
  readonly #options: GeneralPathOptions;
  #agent: Promise<Agent> | undefined;

  constructor(options: GeneralPathOptions) {
    this.#options = options;
  }

  /**
   * One request, its whole answer; redirections are followed by the request's own rule.
   * @throws FetchError
   */
  async fetch(request: AssetRequest, reader: BodyReader, signal: AbortSignal | undefined): Promise<TransferEnd> {
    try {
      let answer = await this.#ask(request, request.url, signal);
      for (let hops = 0; REDIRECTS.has(answer.statusCode); hops++) {
        const next = redirection(request, answer, hops);
        await answer.body.dump();
        answer = await this.#ask(request, next, signal);
      }
      return await readBody(request, answer, reader, signal);
    } catch (error) {
      throw error instanceof FetchError ? error : this.#inOurWords(request, error, signal);
    }
  }

  async close(): Promise<void> {
    await (await this.#agent)?.destroy();
  }

  async #ask(request: AssetRequest, url: string, signal: AbortSignal | undefined): Promise<Dispatcher.ResponseData> {
    const undici = await import("undici");
    this.#agent ??= Promise.resolve(
      new undici.Agent({
        connect: { timeout: this.#options.connectMs },
        headersTimeout: this.#options.stallMs,
        bodyTimeout: this.#options.stallMs,
        maxHeaderSize: MAX_HEAD_BYTES,
      }),
    );
    return await undici.request(url, {
      method: request.method ?? "GET",
      headers: { "user-agent": USER_AGENT, accept: "*/*", ...request.headers },
      dispatcher: await this.#agent,
      reset: false,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  #inOurWords(request: AssetRequest, error: unknown, signal: AbortSignal | undefined): FetchError {
    const code = errorCode(error) ?? "";
    const said = errorText(error) || code || "the connection failed";
    if (signal?.aborted === true) return fetchError(request, "FETCH_ABORTED", "it was stopped", { cause: error });
    if (/^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/.test(code)) {
      return fetchError(request, "FETCH_STALLED", `nothing came for ${this.#options.stallMs / 1000} s`, {
        cause: error,
      });
    }
    const unreadable = error instanceof Error && error.name === "HTTPParserError";
    if (unreadable || /^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_INVALID)/.test(code)) {
      return fetchError(request, "FETCH_PROTOCOL", `the answer is no HTTP: ${said}`, { cause: error });
    }
    const cut = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_ABORTED)$/.test(code);
    return fetchError(request, cut ? "FETCH_BROKEN" : "FETCH_UNREACHABLE", said, { cause: error });
  }
}

function redirection(request: AssetRequest, answer: Dispatcher.ResponseData, hops: number): string {
  const { location } = answer.headers;
  const status = answer.statusCode;
  if (hops >= MAX_REDIRECTS)
    throw fetchError(request, "FETCH_STATUS", `more than ${MAX_REDIRECTS} redirections`, { status, retryable: false });
  if (typeof location !== "string" || !URL.canParse(location, request.url)) {
    throw fetchError(request, "FETCH_STATUS", `it answered ${status} without saying where to go`, {
      status,
      retryable: false,
    });
  }
  const absolute = new URL(location, request.url).href;
  return request.redirect?.(absolute) ?? absolute;
}

async function readBody(
  request: AssetRequest,
  answer: Dispatcher.ResponseData,
  reader: BodyReader,
  signal: AbortSignal | undefined,
): Promise<TransferEnd> {
  const headers = fieldsOf(answer.headers);
  const length = contentLength(headers);
  const { body } = answer;
  try {
    if (length === "bad") throw fetchError(request, "FETCH_PROTOCOL", "its Content-Length is no length");
    const wanted = reader.head({ status: answer.statusCode, headers, lengthBytes: length });
    if (wanted === "leave") {
      body.on("error", () => undefined).destroy();
      return "left";
    }
    for await (const chunk of body) {
      const wait = reader.chunk(chunk as Buffer);
      if (wait !== undefined) await unlessStopped(wait, signal);
    }
    return "whole";
  } catch (error) {
    body.on("error", () => undefined).destroy();
    throw error;
  }
}

/** Waits for the reader, but not longer than anybody wants the file. */
async function unlessStopped(wait: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await wait;
  signal.throwIfAborted();
  let stopped = (): void => undefined;
  const abort = new Promise<void>((_resolve, reject) => {
    stopped = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stopped);
  });
  try {
    await Promise.race([wait, abort]);
  } finally {
    signal.removeEventListener("abort", stopped);
  }
}

function fieldsOf(headers: Readonly<Record<string, string | string[] | undefined>>): AnswerFields {
  const given = ANSWER_FIELDS.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(
    given
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}
