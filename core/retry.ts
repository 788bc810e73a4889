/**
 * When to ask a server again: one back-off and one reading of Retry-After for everything we ask.
 *
 * Waits double and are spread over their upper half, so that a fleet does not come back as one. What a server asks for
 * in Retry-After is honoured within limits: never "at once", whatever its value, and never longer than we can wait.
 *
 * @module
 */
import { parseHttpDate } from "./time/http-date.ts";

/** How patient to be with one kind of server. */
export interface Patience {
  /** Wait after the first failure, milliseconds. */
  readonly firstMs: number;
  /** Longest wait of our own, milliseconds. */
  readonly longestMs: number;
  /** Longest wait a server may ask for, milliseconds. */
  readonly longestAskedMs: number;
}

/** What is known when a wait is due. */
export interface Failure {
  /** Failures in a row, this one included. */
  readonly failures: number;
  /** 0 to 1, 1 excluded. */
  readonly random: number;
  /** What the server asked for, from `retryAfterMs`. */
  readonly askedMs?: number | undefined;
}

/** The shortest wait a server can ask for: `Retry-After: 0` and dates gone by do not permit asking without end. */
export const LEAST_ASKED_MS = 1000;

/** Milliseconds to wait before the next request: what the server asked for, else first, twice first, four times first … */
export function retryDelayMs(patience: Patience, { failures, random, askedMs }: Failure): number {
  if (askedMs !== undefined) return Math.min(patience.longestAskedMs, Math.max(LEAST_ASKED_MS, askedMs));
  const doubled = patience.firstMs * 2 ** Math.min(Math.max(0, failures - 1), 30);
  return Math.round(Math.min(patience.longestMs, doubled) * (0.5 + random / 2));
}

/**
 * Milliseconds a Retry-After header asks for, at least `LEAST_ASKED_MS`; undefined where it says nothing usable.
 * RFC 9110: digits alone are seconds, else an HTTP date in one of its three forms. Anything else is ignored.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Math.max(LEAST_ASKED_MS, Number(text) * 1000);
  const atMs = parseHttpDate(text, nowMs);
  return atMs === undefined ? undefined : Math.max(LEAST_ASKED_MS, atMs - nowMs);
}

const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether an answer's status may be another one soon: the same request is worth repeating. */
export function isTransientStatus(status: number): boolean {
  return TRANSIENT.has(status);
}
