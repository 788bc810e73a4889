/**
 * Time, so that a test can hold it: what time it is, and waiting.
 *
 * @module
 */
import { setTimeout as timer } from "node:timers/promises";

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Waits; resolves early, without an error, when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) return;
    await timer(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
