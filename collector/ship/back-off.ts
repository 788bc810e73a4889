/**
 * How long to leave a server alone after it could not take lines: 1 s, doubling to 5 min, or what it asks for up to 10.
 *
 * @module
 */
import { type Patience, retryDelayMs } from "../../core/retry.ts";

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

const PATIENCE: Patience = { firstMs: 1000, longestMs: 5 * 60_000, longestAskedMs: 10 * 60_000 };

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
      const failure = { failures: failures + 1, random: random(), askedMs: retryAfterMs };
      wait(nowMs, of, retryDelayMs(PATIENCE, failure));
    },
    stopped(nowMs, of) {
      wait(nowMs, of, PATIENCE.longestMs);
    },
    succeeded() {
      failures = 0;
      untilMs = 0;
    },
  };
}
