/**
 * One transfer under way: judges the head of the answer, counts, checks, pays for and passes on the body, judges the end.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import { isTransientStatus, retryAfterMs } from "../../core/retry.ts";
import { durationText, rateText } from "../../core/words/amounts.ts";
import {
  type AnswerFields,
  type AssetHead,
  type AssetRequest,
  type FetchCode,
  FetchError,
  type FetchErrorDetails,
  fetchError,
  type ResponseHandler,
  type TransferEnd,
  type Transport,
} from "../transport/transport.ts";
import { type CachedRanges, parseCachedRanges } from "./cached-ranges.ts";
import { beginsAsPage, notTheFile } from "./evidence.ts";
import { type LeastRate, RateCheck } from "./least-rate.ts";
import type { Pace } from "./pace.ts";

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the head; may leave the body. */
  readonly onHead?: (head: AssetHead, cached: CachedRanges | undefined) => "read" | "leave";
  /** Called for every read. */
  readonly onBytes?: (bytes: number) => void;
  /** Takes the bytes, valid during the call only; a promise makes the sender wait. */
  readonly sink?: ((bytes: Buffer) => Promise<void> | undefined) | undefined;
}

/** A transfer that ended well. */
export interface FetchResult {
  readonly status: number;
  readonly headers: AnswerFields;
  /** Body bytes read. */
  readonly bytes: number;
  /** Length of the whole body, where announced. */
  readonly lengthBytes: number | undefined;
  /** What the cache reported to hold when it began to answer. */
  readonly cached: CachedRanges | undefined;
  /** Bytes the cache had to fetch for it, where it reported what it held. */
  readonly bytesFromOrigin: number | undefined;
  /** True when the body was left on purpose. */
  readonly left: boolean;
}

/** What a transfer works with, and who waits for it. */
export interface TransferContext {
  readonly transportFor: (url: string) => Transport;
  readonly pace: Pace | undefined;
  readonly leastRate: LeastRate;
  readonly resolve: (result: FetchResult) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** One request, however often it is redirected, and its answer. */
export class Transfer implements ResponseHandler {
  readonly request: AssetRequest;
  readonly signal: AbortSignal | undefined;
  readonly #options: FetchOptions;
  readonly #context: TransferContext;
  #head: AssetHead | undefined;
  #cached: CachedRanges | undefined;
  /** What the body must be long, once its head is there. */
  #known = Number.POSITIVE_INFINITY;
  #bytes = 0;
  #hash: Hash | undefined;
  #rate: RateCheck | undefined;
  #hops = 0;
  #url: string;
  /** Where to ask next. */
  #next: string | undefined;

  constructor(request: AssetRequest, options: FetchOptions, context: TransferContext) {
    this.request = request;
    this.signal = options.signal;
    this.#options = options;
    this.#context = context;
    this.#url = request.url;
  }

  start(): void {
    const { method, headers } = this.request;
    try {
      const request = { url: this.#url, ...(method && { method }), ...(headers && { headers }) };
      this.#context.transportFor(this.#url).send(request, this);
    } catch (error) {
      this.fail(error);
    }
  }

  head(head: AssetHead): "read" | "leave" {
    this.#head = head;
    if (REDIRECTS.has(head.status)) {
      this.#next = this.#redirected(head);
      return "leave";
    }
    this.#cached = parseCachedRanges(head.headers["x-apple-cached-ranges"]);
    const partial = head.status === 206 && this.request.headers?.["range"] !== undefined;
    if (head.status !== 200 && !partial) throw this.#statusError(head);
    if (!partial) this.#checkHead(head);
    const wanted = this.#options.onHead?.(head, this.#cached) ?? "read";
    if (wanted === "read" && this.request.method !== "HEAD") this.#beginBody(head, partial);
    return wanted;
  }

  chunk(bytes: Buffer): Promise<void> | undefined {
    if (this.#bytes === 0 && beginsAsPage(this.#url, bytes)) {
      throw this.#error("FETCH_OTHER", "a web page came instead of the file", { status: 200 });
    }
    this.#bytes += bytes.length;
    if (this.#bytes > this.#known) {
      const said = `more than the ${this.#known} bytes expected by ${this.#expectedBy} came`;
      throw this.#error("FETCH_LENGTH", said, { status: 200 });
    }
    this.#checkRate(bytes.length);
    this.#hash?.update(bytes);
    this.#options.onBytes?.(bytes.length);
    const stored = this.#options.sink?.(bytes);
    const paid = this.#context.pace?.pay(bytes.length);
    return stored === undefined || paid === undefined
      ? (stored ?? paid)
      : Promise.all([stored, paid]).then(() => undefined);
  }

  end(end: TransferEnd): void {
    if (this.#next !== undefined) {
      this.#url = this.#next;
      this.#next = undefined;
      this.start();
      return;
    }
    try {
      this.#context.resolve(this.#result(end === "left"));
    } catch (error) {
      this.fail(error);
    }
  }

  /** An error knows how far the transfer came. */
  fail(error: unknown): void {
    this.#context.reject(error instanceof FetchError ? withBytes(error, this.#bytes) : error);
  }

  #redirected({ status, headers }: AssetHead): string {
    const { location } = headers;
    const { redirect } = this.request;
    const details = { status, retryable: false };
    if (location === undefined || redirect === undefined) {
      const why = location === undefined ? "without a Location" : "and redirections are not followed here";
      throw this.#error("FETCH_REDIRECT", `it answered ${status} ${why}`, details);
    }
    if (++this.#hops > MAX_REDIRECTS) {
      throw this.#error("FETCH_REDIRECT", `more than ${MAX_REDIRECTS} redirections`, details);
    }
    const next = redirect(location);
    if ("url" in next) return next.url;
    throw this.#error("FETCH_REDIRECT", `its redirection (${status}) is not followed: ${next.fault}`, details);
  }

  #statusError({ status, headers }: AssetHead): FetchError {
    const after = retryAfterMs(headers["retry-after"], Date.now());
    return this.#error("FETCH_STATUS", `it answered ${status}, 200 was expected`, {
      status,
      retryAfterMs: after,
      retryable: isTransientStatus(status),
    });
  }

  /** What a head with status 200 must say to be that of the file. */
  #checkHead(head: AssetHead): void {
    const { lengthBytes } = head;
    const { expectedBytes } = this.request;
    const seen = this.request.method === "HEAD" ? { ...head, lengthBytes: undefined } : head;
    const other = expectedBytes === 0 ? undefined : notTheFile(this.#url, seen);
    if (other !== undefined) throw this.#error("FETCH_OTHER", other, { status: 200 });
    if (expectedBytes === undefined || lengthBytes === undefined || lengthBytes === expectedBytes) return;
    const said = `it is ${lengthBytes} bytes long, ${expectedBytes} were expected by ${this.#expectedBy}`;
    throw this.#error("FETCH_LENGTH", said, { status: 200 });
  }

  #beginBody(head: AssetHead, partial: boolean): void {
    const known = head.lengthBytes ?? (partial ? undefined : this.request.expectedBytes);
    if (known === undefined && !partial) {
      throw this.#error("FETCH_LENGTH", "its length is unknown: no Content-Length, and no size in the catalogue", {
        status: 200,
      });
    }
    this.#known = known ?? Number.POSITIVE_INFINITY;
    const { digest } = this.request;
    if (digest !== undefined && !partial) this.#hash = createHash(digest.algorithm);
    this.#rate = new RateCheck(this.#context.leastRate, performance.now());
  }

  #checkRate(bytes: number): void {
    const rate = this.#rate?.tooSlow(bytes, performance.now());
    if (rate === undefined) return;
    const { bytesPerSecond, overMs } = this.#context.leastRate;
    const said = `only ${rateText(rate)} for ${durationText(overMs / 1000)}, expected at least ${rateText(bytesPerSecond)}`;
    throw this.#error("FETCH_SLOW", said, { status: 200 });
  }

  #result(left: boolean): FetchResult {
    const head = this.#head ?? { status: 0, headers: {}, lengthBytes: undefined };
    const read = !left && this.request.method !== "HEAD";
    if (read && head.status === 200) this.#checkWhole();
    const held = this.#cached?.endByte;
    const length = head.lengthBytes ?? (read ? this.#bytes : undefined);
    return {
      status: head.status,
      headers: head.headers,
      bytes: this.#bytes,
      lengthBytes: length,
      cached: this.#cached,
      bytesFromOrigin: held === undefined || length === undefined ? undefined : Math.max(0, length - held),
      left,
    };
  }

  #checkWhole(): void {
    if (this.#bytes < this.#known) {
      throw this.#error("FETCH_BROKEN", `${this.#bytes} bytes came, ${this.#known} were expected`, { status: 200 });
    }
    const { digest } = this.request;
    const hex = this.#hash?.digest("hex");
    if (digest === undefined || hex === undefined || hex === digest.hex.toLowerCase()) return;
    const said = `its ${digest.algorithm} is ${hex}, ${digest.hex} was expected by the catalogue`;
    throw this.#error("FETCH_DIGEST", said, { status: 200 });
  }

  get #expectedBy(): string {
    if (this.request.expectedBytes === undefined) return "the answer's own Content-Length";
    return this.request.expectedBy ?? "the catalogue";
  }

  #error(code: FetchCode, said: string, details: FetchErrorDetails): FetchError {
    return fetchError(this.request, said, { code, ...details });
  }
}

function withBytes(error: FetchError, bytes: number): FetchError {
  const { message, code, retryable, status, retryAfterMs: after, cause } = error;
  return new FetchError(message, {
    code,
    retryable,
    bytes,
    retryAfterMs: after,
    cause,
    ...(status === undefined ? {} : { status }),
  });
}
