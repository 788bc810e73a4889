/**
 * The door for one transfer: ask for a file, read its whole body, make sure that it is the file.
 *
 * Inside are two transports behind one interface: our own for plain HTTP, undici for https. What an answer means is
 * judged in `transfer/one-transfer.ts`, for both. A file has come only when its length is known, exactly that many bytes came, they are
 * not a web page, and they have the checksum the catalogue gives, where it gives one.
 *
 * @module
 */

import type { AssetRequest, Transport } from "../transport/transport.ts";
import { RawTransport, UndiciTransport } from "../transport/transport.ts";
import { DEFAULT_LEAST_RATE, type LeastRate } from "./least-rate.ts";
import { type FetchOptions, type FetchResult, Transfer } from "./one-transfer.ts";
import type { Pace } from "./pace.ts";

export {
  type AssetHead,
  type AssetRequest,
  type FetchCode,
  FetchError,
  type Redirect,
} from "../transport/transport.ts";
export type { FetchOptions, FetchResult } from "./one-transfer.ts";

export interface FetcherOptions {
  /** Nothing for so long is a stall. Default 60,000 ms. */
  readonly stallMs?: number;
  /** To get a connection. Default 10,000 ms. */
  readonly connectMs?: number;
  /** Most bytes of one read of plain HTTP. Default 256 KiB. */
  readonly readBytes?: number;
  /** A limit all transfers share. */
  readonly pace?: Pace | undefined;
  /** A transfer that brings less is ended. Default `DEFAULT_LEAST_RATE`. */
  readonly leastRate?: LeastRate;
  /** Use this transport for everything. Default: by the address. */
  readonly transport?: "raw" | "undici";
}

export interface Fetcher {
  /** @throws FetchError */
  fetchAsset(request: AssetRequest, options?: FetchOptions): Promise<FetchResult>;
  close(): Promise<void>;
}

/** Opens a door; it keeps connections until it is closed. */
export function createFetcher(options: FetcherOptions = {}): Fetcher {
  const limits = { stallMs: options.stallMs ?? 60_000, connectMs: options.connectMs ?? 10_000 };
  const raw = new RawTransport({ ...limits, readBytes: options.readBytes ?? 256 * 1024 });
  const undici = new UndiciTransport(limits);
  const plain = options.transport === "undici" ? undici : raw;
  const context = {
    transportFor: (url: string): Transport => (/^http:/i.test(url) ? plain : undici),
    pace: options.pace,
    leastRate: options.leastRate ?? DEFAULT_LEAST_RATE,
  };
  return {
    fetchAsset: (request, fetchOptions = {}) =>
      new Promise((resolve, reject) => {
        new Transfer(request, fetchOptions, { ...context, resolve, reject }).start();
      }),
    close: async () => {
      await raw.close();
      await undici.close();
    },
  };
}
