/**
 * The general transport: undici, for https.
 *
 * @module
 */

import type { Agent, Dispatcher } from "undici";
import { errorCode, errorText } from "../../core/errors.ts";
import { USER_AGENT } from "../../core/http/http.ts";
import { durationText } from "../../core/words/amounts.ts";
import {
  type AnswerFields,
  connectCode,
  FetchError,
  fetchError,
  type ResponseHandler,
  stopped,
  type TransferEnd,
  type Transport,
  type TransportOptions,
  type TransportRequest,
} from "./request.ts";
import { contentLength, MAX_HEAD_BYTES } from "./response-head.ts";

export class UndiciTransport implements Transport {
  readonly #options: TransportOptions;
  #agent: Promise<Agent> | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  send(request: TransportRequest, handler: ResponseHandler): void {
    this.#exchange(request, handler).then(
      (end) => handler.end(end),
      (error: unknown) =>
        handler.fail(error instanceof FetchError ? error : this.#inOurWords(request, error, handler.signal)),
    );
  }

  async close(): Promise<void> {
    await (await this.#agent)?.destroy();
  }

  async #exchange(request: TransportRequest, handler: ResponseHandler): Promise<TransferEnd> {
    const { request: ask } = await import("../../core/undici.ts");
    const answer = await ask(request.url, {
      method: request.method ?? "GET",
      headers: { "user-agent": USER_AGENT, accept: "*/*", ...request.headers },
      dispatcher: await this.#connections(),
      reset: false,
      ...(handler.signal === undefined ? {} : { signal: handler.signal }),
    });
    return await readBody(request, answer, handler);
  }

  /** One pool of connections for all requests. */
  #connections(): Promise<Agent> {
    const { connectMs, stallMs } = this.#options;
    this.#agent ??= import("../../core/undici.ts").then(
      (undici) =>
        new undici.Agent({
          connect: { timeout: connectMs },
          headersTimeout: stallMs,
          bodyTimeout: stallMs,
          maxHeaderSize: MAX_HEAD_BYTES,
        }),
    );
    return this.#agent;
  }

  #inOurWords(request: TransportRequest, error: unknown, signal: AbortSignal | undefined): FetchError {
    const code = errorCode(error) ?? "";
    const said = errorText(error) || code || "the connection failed";
    if (signal?.aborted === true) return stopped(request, error);
    if (/^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/.test(code)) {
      const stalled = `nothing came for ${durationText(this.#options.stallMs / 1000)}`;
      return fetchError(request, stalled, { code: "FETCH_STALLED", cause: error });
    }
    const unreadable = error instanceof Error && error.name === "HTTPParserError";
    if (unreadable || /^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_INVALID)/.test(code)) {
      return fetchError(request, `the answer is not HTTP: ${said}`, { code: "FETCH_PROTOCOL", cause: error });
    }
    const cut = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_ABORTED)$/.test(code);
    return fetchError(request, said, { code: cut ? "FETCH_BROKEN" : connectCode(code), cause: error });
  }
}

async function readBody(
  request: TransportRequest,
  { statusCode, headers, body }: Dispatcher.ResponseData,
  handler: ResponseHandler,
): Promise<TransferEnd> {
  try {
    const fields = flat(headers);
    const length = contentLength(fields);
    if (length === "bad") throw fetchError(request, "its Content-Length is not a length", { code: "FETCH_PROTOCOL" });
    if (handler.head({ status: statusCode, headers: fields, lengthBytes: length }) === "leave") {
      body.on("error", () => undefined).destroy();
      return "left";
    }
    for await (const chunk of body) {
      const wait = handler.chunk(chunk as Buffer);
      if (wait !== undefined) await unlessStopped(wait, handler.signal);
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
  let stop = (): void => undefined;
  const aborted = new Promise<void>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop);
  });
  try {
    await Promise.race([wait, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): AnswerFields {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) fields[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return fields;
}
