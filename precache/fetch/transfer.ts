/**
 * The words of one transfer, shared by the two ways of doing it: what is asked, what the head of the answer says, who
 * takes the body, how it ends, how it fails.
 *
 * @module
 */
import { LarderError, type LarderErrorOptions } from "../../core/errors.ts";
import { publicUrl } from "../../core/http.ts";

export interface AssetRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  /** Size the catalogue gives; another one in the answer is an error. */
  readonly expectedBytes?: number | undefined;
  /** Turns the address of a redirection into the one to ask: through the cache instead of past it. */
  readonly redirect?: (location: string) => string;
}

/** The fields of an answer that anybody here asks for. Thousands of heads come: no other field is kept. */
export const ANSWER_FIELDS = [
  "connection",
  "content-length",
  "content-range",
  "content-type",
  "retry-after",
  "transfer-encoding",
  "x-apple-cached-ranges",
] as const;

/** Names in lower case; repeated ones joined with a comma. */
export type AnswerFields = Readonly<Partial<Record<(typeof ANSWER_FIELDS)[number], string>>>;

/** The head of a final answer. */
export interface AssetHead {
  readonly status: number;
  readonly headers: AnswerFields;
  /** Content-Length, where it is given and means the body. */
  readonly lengthBytes: number | undefined;
}

/** Who takes the body. Both ways of transfer call it in this order: head once, chunk any number of times. */
export interface BodyReader {
  /**
   * @returns whether to read the body or to leave it and hang up.
   * @throws FetchError when the answer is not one to read.
   */
  head(head: AssetHead): "read" | "leave";
  /** The bytes are valid during the call only. A promise asks the sender to wait until it resolves. */
  chunk(bytes: Buffer): Promise<void> | undefined;
}

/** `whole`: the body ended where its framing says. `left`: the reader did not want it. */
export type TransferEnd = "whole" | "left";

/** `unsuited`: an answer that only a general client can read. */
export type FastEnd = TransferEnd | "unsuited";

/** A request and all that becomes of it: who takes the body, and is told once how it ended. */
export interface Asker extends BodyReader {
  readonly request: AssetRequest;
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal | undefined;
  end(end: FastEnd): void;
  fail(error: unknown): void;
}

/** Codes of `FetchError`. */
export type FetchCode =
  /** No connection. */
  | "FETCH_UNREACHABLE"
  /** The connection broke before the answer was whole. */
  | "FETCH_BROKEN"
  /** Nothing came for the stall time. */
  | "FETCH_STALLED"
  /** An answer, but not the file: 403, 404, 503 … */
  | "FETCH_STATUS"
  /** Another length than the catalogue's, or none that could be checked. */
  | "FETCH_LENGTH"
  /** No HTTP we understand. */
  | "FETCH_PROTOCOL"
  /** We stopped it. */
  | "FETCH_ABORTED";

/** A transfer that did not bring the whole file; it tells how far it came. */
export class FetchError extends LarderError {
  override readonly code: FetchCode;
  /** Body bytes that came. */
  readonly bytes: number;
  /** Status of the answer, if there was one. */
  readonly status: number | undefined;
  /** What Retry-After asks for. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: LarderErrorOptions & {
      code: FetchCode;
      bytes?: number;
      status?: number;
      retryAfterMs?: number | undefined;
    },
  ) {
    super(message, { state: "it is not counted as warmed; the cache keeps what it has of it", ...options });
    this.name = "FetchError";
    this.code = options.code;
    this.bytes = options.bytes ?? 0;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** An error of a transfer in the house's words: `Cannot GET "http://…": what the world said`. */
export function fetchError(
  request: AssetRequest,
  code: FetchCode,
  said: string,
  more: { retryable?: boolean; status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
): FetchError {
  const retryable = code !== "FETCH_ABORTED" && code !== "FETCH_LENGTH";
  const message = `Cannot ${request.method ?? "GET"} "${publicUrl(request.url)}": ${said}`;
  return new FetchError(message, { code, retryable, ...more });
}
