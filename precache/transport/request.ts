/**
 * The words of one transfer, shared by the ways of doing it: what is asked, what the head of the answer says, who takes
 * the body, how it ends, how it fails.
 *
 * @module
 */
import { LarderError, type LarderErrorOptions } from "../../core/errors.ts";
import { publicUrl } from "../../core/http/http.ts";
import type { Digest } from "../words/asset.ts";

export interface AssetRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  /** Size of the file, where somebody gave it; another one in the answer is an error. */
  readonly expectedBytes?: number | undefined;
  /** Who gave it, for messages. Default "the catalogue". */
  readonly expectedBy?: string | undefined;
  /** Checksum of the file, checked while its bytes pass. */
  readonly digest?: Digest | undefined;
  /** Turns the Location of a redirection into the address to ask, or says why it is not followed. Default: none is. */
  readonly redirect?: Redirect | undefined;
}

/** Where a redirection leads: an address to ask, or the end of a sentence about why not. */
export type Redirect = (location: string) => { readonly url: string } | { readonly fault: string };

/** What a transport sends: one request, to be answered once. */
export type TransportRequest = Pick<AssetRequest, "url" | "method" | "headers">;

/** Names in lower case; repeated ones joined with a comma. */
export type AnswerFields = Readonly<Record<string, string>>;

/** The head of a final answer. */
export interface AssetHead {
  readonly status: number;
  readonly headers: AnswerFields;
  /** Content-Length, where it is given and means the body. */
  readonly lengthBytes: number | undefined;
}

/** `whole`: the body ended where its framing says. `left`: the handler did not want it. */
export type TransferEnd = "whole" | "left";

/** Who takes an answer. A transport calls it in this order: head once, chunk any number of times, then end or fail once. */
export interface ResponseHandler {
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal | undefined;
  /**
   * @returns whether to read the body or to leave it and hang up.
   * @throws FetchError when the answer is not one to read.
   */
  head(head: AssetHead): "read" | "leave";
  /** The bytes are valid during the call only. A promise asks the sender to wait until it resolves. */
  chunk(bytes: Buffer): Promise<void> | undefined;
  end(end: TransferEnd): void;
  fail(error: unknown): void;
}

/** One way to send requests. It follows no redirection and judges no status: that is the handler's. */
export interface Transport {
  /** Sends one request; the handler hears all that becomes of it. */
  send(request: TransportRequest, handler: ResponseHandler): void;
  close(): Promise<void>;
}

/** Time limits of every transport. */
export interface TransportOptions {
  /** Nothing for so long is a stall; a head that takes longer is one too. */
  readonly stallMs: number;
  /** To get a connection. */
  readonly connectMs: number;
}

/** Codes of `FetchError`. */
export type FetchCode =
  /** No connection. */
  | "FETCH_UNREACHABLE"
  /** The connection broke before the answer was whole. */
  | "FETCH_BROKEN"
  /** Nothing came for the stall time. */
  | "FETCH_STALLED"
  /** Bytes came, but too few a second. */
  | "FETCH_SLOW"
  /** An answer, but not the file: 403, 404, 503 … */
  | "FETCH_STATUS"
  /** Another length than expected, or none that could be checked. */
  | "FETCH_LENGTH"
  /** Status 200, but something else than the file: a web page, an empty body. */
  | "FETCH_OTHER"
  /** The bytes are not those the catalogue describes. */
  | "FETCH_DIGEST"
  /** It was sent to an address that is not followed. */
  | "FETCH_REDIRECT"
  /** No HTTP we understand. */
  | "FETCH_PROTOCOL"
  /** This computer could not do it: no sockets left. */
  | "FETCH_LOCAL"
  /** We stopped it. */
  | "FETCH_ABORTED";

/** Failures that asking again soon will not cure. */
const FINAL: ReadonlySet<FetchCode> = new Set([
  "FETCH_ABORTED",
  "FETCH_LENGTH",
  "FETCH_OTHER",
  "FETCH_DIGEST",
  "FETCH_REDIRECT",
]);

/** A transfer that did not bring the whole file; it knows how far it came. */
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

/** What an error of a transfer may say besides its code and its sentence. */
export interface FetchErrorDetails {
  readonly retryable?: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** An error of a transfer in our words: `Cannot GET "http://…": what happened`. */
export function fetchError(
  request: TransportRequest,
  said: string,
  { code, ...more }: FetchErrorDetails & { readonly code: FetchCode },
): FetchError {
  const message = `Cannot ${request.method ?? "GET"} "${publicUrl(request.url)}": ${said}`;
  return new FetchError(message, { code, retryable: !FINAL.has(code), ...more });
}

/** The error of a transfer that nobody wants any more. */
export function stopped(request: TransportRequest, cause?: unknown): FetchError {
  return fetchError(request, "it was stopped", { code: "FETCH_ABORTED", cause });
}

/** Errors of connecting that are this computer's own. */
const LOCAL: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL"]);
/** Errors that say that nobody is there. Only these count against a cache. */
const NOBODY =
  /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_|ETIMEDOUT|ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_CONNECT_TIMEOUT)/;

/** What an error before any byte of an answer says: nobody is there, we cannot, or something about this request. */
export function connectCode(code: string | undefined): "FETCH_UNREACHABLE" | "FETCH_LOCAL" | "FETCH_PROTOCOL" {
  if (code !== undefined && LOCAL.has(code)) return "FETCH_LOCAL";
  return code !== undefined && NOBODY.test(code) ? "FETCH_UNREACHABLE" : "FETCH_PROTOCOL";
}
