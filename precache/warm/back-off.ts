/**
 * What to do after a transfer failed: pure decisions and the lengths of waits.
 *
 * @module
 */
import type { FetchError } from "../fetch-asset.ts";

/**
 * `final`: this file will not come. `retry`: this file again, later. `busy`: the cache asks everybody to wait.
 * `unreachable`: the cache may be gone. `stopped`: we ended it.
 */
export type FailureKind = "final" | "retry" | "busy" | "unreachable" | "stopped";

/** What kind of failure it is. 503 is suspension or too many requests; 429 says the latter. */
export function failureKind(error: FetchError): FailureKind {
  if (error.code === "FETCH_ABORTED") return "stopped";
  if (error.code === "FETCH_UNREACHABLE") return "unreachable";
  if (error.code === "FETCH_STALLED" && error.bytes === 0) return "unreachable";
  if (error.status === 503 || error.status === 429) return "busy";
  return error.retryable ? "retry" : "final";
}

const MAX_RETRY_AFTER_MS = 30 * 60_000;

/**
 * How long to wait before the next try of one file: 2 s, 4 s, 8 s … at most a minute, spread over the upper half so that
 * transfers which failed together do not return together.
 * @param attempt tries so far, at least 1. @param random 0 to 1.
 */
export function retryDelayMs(attempt: number, random: number): number {
  return spread(Math.min(60_000, 2000 * 2 ** (attempt - 1)), random);
}

/** How long a busy cache is left alone: what it asks for, at most half an hour; else 5 s, 10 s, 20 s … a minute. */
export function busyDelayMs(answers: number, retryAfterMs: number | undefined, random: number): number {
  if (retryAfterMs !== undefined) return Math.min(MAX_RETRY_AFTER_MS, retryAfterMs);
  return spread(Math.min(60_000, 5000 * 2 ** Math.max(0, answers - 1)), random);
}

/** How long an unreachable cache is left alone: 1 s, 2 s, 4 s. */
export function strikeDelayMs(strikes: number): number {
  return 1000 * 2 ** (strikes - 1);
}

function spread(ms: number, random: number): number {
  return Math.round(ms * (0.5 + random / 2));
}
