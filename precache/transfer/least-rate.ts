/**
 * A transfer that trickles: bytes come, so it never stalls, but at this rate it would hold its place for days.
 *
 * @module
 */

/** The least a transfer must bring. */
export interface LeastRate {
  readonly bytesPerSecond: number;
  /** Judged over stretches of so long: a short weakness is not a reason to give up. */
  readonly overMs: number;
}

/** 1 KB a second over two minutes: a line of 0.125 Mbit/s that four transfers share brings four times as much. */
export const DEFAULT_LEAST_RATE: LeastRate = { bytesPerSecond: 1000, overMs: 120_000 };

/** So many transfers share a line before each may bring less. */
const SHARED_BY = 4;

/** The least of one of so many transfers, under a limit of our own: neither is a weakness of the sender's. */
export function leastRateFor(least: LeastRate, limit: number | undefined, transfers: number): LeastRate {
  const own = least.bytesPerSecond / Math.max(1, transfers / SHARED_BY);
  const limited = (limit ?? Number.POSITIVE_INFINITY) / transfers / SHARED_BY;
  return { ...least, bytesPerSecond: Math.min(own, limited) };
}

/** Judges one transfer while its bytes come. */
export class RateCheck {
  readonly #least: LeastRate;
  #sinceMs: number;
  #bytes = 0;

  constructor(least: LeastRate, nowMs: number) {
    this.#least = least;
    this.#sinceMs = nowMs;
  }

  /** Counts bytes. @returns the bytes a second of the stretch that just ended, when they are too few. */
  tooSlow(bytes: number, nowMs: number): number | undefined {
    this.#bytes += bytes;
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs < this.#least.overMs) return undefined;
    const rate = (this.#bytes * 1000) / elapsedMs;
    this.#sinceMs = nowMs;
    this.#bytes = 0;
    return rate < this.#least.bytesPerSecond ? rate : undefined;
  }
}
