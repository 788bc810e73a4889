/**
 * How long to leave a server alone after it could not take lines: 1 s, doubling to 5 min, with jitter so that a fleet
 * does not come back as one; Retry-After is honoured within reason.
 *
 * @module
 */

/** Patience with one server. */
export interface BackOff {
  /** Unix milliseconds before which nothing is sent. */
  readonly untilMs: number;
  /** Failures since the last success. */
  readonly failures: number;
  /** Grows with every failure that counted; requests that began in an earlier round fail with it, not beside it. */
  readonly round: number;
  failed(nowMs: number, round: number, retryAfterMs: number | undefined): void;
  /** Nothing will be taken until somebody acts: come back seldom. */
  stopped(nowMs: number, round: number): void;
  succeeded(): void;
}

const FIRST_MS = 1000;
const LONGEST_MS = 5 * 60_000;
/** A server may ask for more patience than ours, but not for a day. */
const RETRY_AFTER_MAX_MS = 10 * 60_000;

/** @param random a number from 0 to 1, 1 excluded */
export function createBackOff(random: () => number): BackOff {
  let untilMs = 0;
  let failures = 0;
  let round = 0;
  const wait = (nowMs: number, of: number, delayMs: number): void => {
    // several requests in flight fail together: that is one failure
    if (of !== round) return;
    round++;
    failures++;
    untilMs = nowMs + delayMs;
  };
  return {
    get untilMs() {
      return untilMs;
    },
    get failures() {
      return failures;
    },
    get round() {
      return round;
    },
    failed(nowMs, of, retryAfterMs) {
      const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
      const asked = Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS);
      wait(nowMs, of, Math.max(asked, longest * (0.5 + random() / 2)));
    },
    stopped(nowMs, of) {
      wait(nowMs, of, LONGEST_MS);
    },
    succeeded() {
      failures = 0;
      untilMs = 0;
    },
  };
}
