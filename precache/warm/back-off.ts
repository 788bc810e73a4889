/**
 * What to do after a transfer failed: what kind of failure it is, and how patient to be with each.
 *
 * @module
 */
import type { Patience } from "../../core/retry.ts";
import type { FetchError } from "../transfer/transfer.ts";

/**
 * `final`: this file will not come. `retry`: this file again, later. `busy`: the cache asks everybody to wait.
 * `unreachable`: the cache may be gone. `stopped`: we ended it.
 */
export type FailureKind = "final" | "retry" | "busy" | "unreachable" | "stopped";

/**
 * What kind of failure it is. Only what concerns the connection to the cache itself counts against the cache. 503 is
 * suspension or too many requests; 429 says the latter.
 */
export function failureKind(error: FetchError): FailureKind {
  if (error.code === "FETCH_ABORTED") return "stopped";
  if (error.code === "FETCH_UNREACHABLE") return "unreachable";
  if (error.code === "FETCH_STALLED" && error.bytes === 0) return "unreachable";
  if (error.status === 503 || error.status === 429) return "busy";
  return error.retryable ? "retry" : "final";
}

const HALF_AN_HOUR_MS = 30 * 60_000;

/** Before the next try of one file. */
export const FILE_PATIENCE: Patience = { firstMs: 2000, longestMs: 60_000, longestAskedMs: 5 * 60_000 };
/** While a cache is busy. */
export const BUSY_PATIENCE: Patience = { firstMs: 5000, longestMs: 60_000, longestAskedMs: HALF_AN_HOUR_MS };
/** While a cache cannot be reached. */
export const SILENT_PATIENCE: Patience = { firstMs: 1000, longestMs: 4000, longestAskedMs: HALF_AN_HOUR_MS };
