/**
 * The door for one transfer: ask for a file, read its whole body, check its length.
 *
 * Inside are two ways: the fast path for plain HTTP with a Content-Length, undici for everything else. A server whose
 * answers the fast path cannot read is remembered and asked the general way from then on. Nothing counts as whole
 * unless the body ended where the answer said, and as long as the catalogue says.
 *
 * @module
 */
import { retryAfterMs } from "../core/retry.ts";
import { type CachedRanges, parseCachedRanges } from "./cached-ranges.ts";
import { FastPath, httpAddress } from "./fetch/fast-path.ts";
import { GeneralPath } from "./fetch/general.ts";
import {
  type AnswerFields,
  type Asker,
  type AssetHead,
  type AssetRequest,
  type FastEnd,
  FetchError,
  fetchError,
} from "./fetch/transfer.ts";
import type { Pace } from "./pace.ts";

export { type AssetHead, type AssetRequest, type FetchCode, FetchError } from "./fetch/transfer.ts";

export interface FetcherOptions {
  /** Nothing for so long is a stall. Default 60,000 ms. */
  readonly stallMs?: number;
  /** To get a connection. Default 10,000 ms. */
  readonly connectMs?: number;
  /** Most bytes of one read on the fast path. Default 256 KiB. */
  readonly readBytes?: number;
  /** A limit all transfers share. */
  readonly pace?: Pace | undefined;
  /** Force the general way for everything. */
  readonly path?: "general";
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of the head; may leave the body. */
  readonly onHead?: (head: AssetHead, cached: CachedRanges | undefined) => "read" | "leave";
  /** Told of every read. */
  readonly onBytes?: (bytes: number) => void;
  /** Takes the bytes, valid during the call only; a promise makes the sender wait. */
  readonly sink?: (bytes: Buffer) => Promise<void> | undefined;
}

/** A transfer that ended well. */
export interface FetchResult {
  readonly status: number;
  readonly headers: AnswerFields;
  /** Body bytes read. */
  readonly bytes: number;
  /** Length of the whole body, where announced. */
  readonly lengthBytes: number | undefined;
  /** What the cache said it held when it began to answer. */
  readonly cached: CachedRanges | undefined;
  /** Bytes the cache had to fetch for it, where it tells what it held. */
  readonly bytesFromOrigin: number | undefined;
  /** True when the body was left on purpose. */
  readonly left: boolean;
}

export interface Fetcher {
  /** @throws FetchError */
  fetchAsset(request: AssetRequest, options?: FetchOptions): Promise<FetchResult>;
  close(): Promise<void>;
}

/** Opens a door; it keeps connections until it is closed. */
export function createFetcher(options: FetcherOptions = {}): Fetcher {
  const limits = { stallMs: options.stallMs ?? 60_000, connectMs: options.connectMs ?? 10_000 };
  const general = new GeneralPath(limits);
  const fast = new FastPath({ ...limits, readBytes: options.readBytes ?? 256 * 1024 });
  const unsuited = new Set<string>();
  const askGenerally = (transfer: Transfer): void => {
    general.fetch(transfer.request, transfer, transfer.signal).then(
      (end) => transfer.end(end),
      (error: unknown) => transfer.fail(error),
    );
  };
  const onUnsuited = (transfer: Transfer): void => {
    unsuited.add(new URL(transfer.request.url).host);
    askGenerally(transfer);
  };
  return {
    fetchAsset: (request, fetchOptions = {}) =>
      new Promise((resolve, reject) => {
        const transfer = new Transfer(request, fetchOptions, { pace: options.pace, onUnsuited, resolve, reject });
        const address = options.path === "general" ? undefined : httpAddress(request.url);
        if (address === undefined || unsuited.has(address.host)) askGenerally(transfer);
        else fast.fetch(address, transfer);
      }),
    close: async () => {
      fast.close();
      await general.close();
    },
  };
}

interface TransferContext {
  readonly pace: Pace | undefined;
  /** The fast path cannot read the answer. */
  readonly onUnsuited: (transfer: Transfer) => void;
  readonly resolve: (result: FetchResult) => void;
  readonly reject: (error: unknown) => void;
}

/** One transfer under way: judges the head, counts, pays for and passes on the body, judges the end. */
class Transfer implements Asker {
  readonly request: AssetRequest;
  readonly signal: AbortSignal | undefined;
  readonly #options: FetchOptions;
  readonly #context: TransferContext;
  #head: AssetHead | undefined;
  #cached: CachedRanges | undefined;
  #bytes = 0;

  constructor(request: AssetRequest, options: FetchOptions, context: TransferContext) {
    this.request = request;
    this.signal = options.signal;
    this.#options = options;
    this.#context = context;
  }

  head(head: AssetHead): "read" | "leave" {
    this.#head = head;
    this.#cached = parseCachedRanges(head.headers["x-apple-cached-ranges"]);
    const ranged = this.request.headers?.["range"] !== undefined;
    if (head.status !== 200 && !(ranged && head.status === 206)) {
      const after = retryAfterMs(head.headers["retry-after"], Date.now());
      const retryable = RETRYABLE.has(head.status);
      throw this.#error("FETCH_STATUS", `it answered ${head.status}, 200 was expected`, {
        status: head.status,
        retryAfterMs: after,
        retryable,
      });
    }
    if (head.status === 200) this.#checkLength(head.lengthBytes);
    return this.#options.onHead?.(head, this.#cached) ?? "read";
  }

  chunk(bytes: Buffer): Promise<void> | undefined {
    this.#bytes += bytes.length;
    this.#options.onBytes?.(bytes.length);
    const stored = this.#options.sink?.(bytes);
    const paid = this.#context.pace?.pay(bytes.length);
    return stored === undefined || paid === undefined
      ? (stored ?? paid)
      : Promise.all([stored, paid]).then(() => undefined);
  }

  end(end: FastEnd): void {
    if (end === "unsuited") this.#context.onUnsuited(this);
    else {
      try {
        this.#context.resolve(this.#result(end === "left"));
      } catch (error) {
        this.fail(error);
      }
    }
  }

  /** An error knows how far the transfer came. */
  fail(error: unknown): void {
    this.#context.reject(error instanceof FetchError ? withBytes(error, this.#bytes) : error);
  }

  #result(left: boolean): FetchResult {
    const head = this.#head ?? { status: 0, headers: {}, lengthBytes: undefined };
    const read = !left && this.request.method !== "HEAD";
    if (read && head.status === 200) this.#checkWhole(head);
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

  #checkLength(lengthBytes: number | undefined): void {
    const { expectedBytes } = this.request;
    if (expectedBytes === undefined || lengthBytes === undefined || lengthBytes === expectedBytes) return;
    const said = `it is ${lengthBytes} bytes long, ${expectedBytes} were expected by the catalogue`;
    throw this.#error("FETCH_LENGTH", said, { status: 200 });
  }

  #checkWhole(head: AssetHead): void {
    const { expectedBytes } = this.request;
    const known = head.lengthBytes ?? expectedBytes;
    if (known === undefined && head.headers["transfer-encoding"] === undefined) {
      throw this.#error("FETCH_LENGTH", `${this.#bytes} bytes came, and nothing says how many it should be`, {
        status: 200,
      });
    }
    if (known !== undefined && this.#bytes !== known) {
      const code = this.#bytes < known ? "FETCH_BROKEN" : "FETCH_LENGTH";
      throw this.#error(code, `${this.#bytes} bytes came, ${known} were expected`, { status: 200 });
    }
  }

  #error(
    ...[code, said, more]: Parameters<typeof fetchError> extends [unknown, ...infer Rest] ? Rest : never
  ): FetchError {
    return fetchError(this.request, code, said, more);
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

/** Statuses after which the same request may do better later. */
const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);
