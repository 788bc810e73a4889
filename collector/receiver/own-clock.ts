/**
 * Whether the clock here was set forward: reports came "ahead" of it only because it was slow.
 *
 * Seen against a clock nobody sets. That one also rests while a computer sleeps, so a jump alone proves nothing: of a
 * cache, a report that is in time since then has to come too, see `intake.ts`.
 *
 * @module
 */
import type { Json } from "../../core/journal/journal.ts";

/** A clock that was set forward, Unix milliseconds. */
export interface ClockSet {
  /** From when to when it was slow, by itself. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How far it was set. */
  readonly byMs: number;
}

/** What sets itself right by less never makes a report an hour early. */
const LEAST_MS = 600_000;

export class OwnClock {
  readonly #nowMs: () => number;
  readonly #elapsedMs: () => number;
  #offsetMs: number;
  #fromMs: number;

  constructor(nowMs: () => number, elapsedMs: () => number) {
    this.#nowMs = nowMs;
    this.#elapsedMs = elapsedMs;
    this.#fromMs = nowMs();
    this.#offsetMs = this.#fromMs - elapsedMs();
  }

  /** Whether it was set forward since the last look. */
  look(): ClockSet | undefined {
    const nowMs = this.#nowMs();
    const offsetMs = nowMs - this.#elapsedMs();
    const byMs = offsetMs - this.#offsetMs;
    if (Math.abs(byMs) < LEAST_MS) return undefined;
    const fromMs = this.#fromMs;
    this.#offsetMs = offsetMs;
    this.#fromMs = nowMs;
    return byMs > 0 ? { fromMs, toMs: nowMs - byMs, byMs } : undefined;
  }
}

/** Of a cursor; undefined for none. */
export function parseClockSet(json: Json | undefined): ClockSet | undefined {
  if (!Array.isArray(json) || json.length !== 3 || !json.every(Number.isSafeInteger)) return undefined;
  const [fromMs, toMs, byMs] = json as number[];
  return fromMs === undefined || toMs === undefined || byMs === undefined ? undefined : { fromMs, toMs, byMs };
}

/** As a cursor. */
export function clockSetJson(set: ClockSet | undefined): Json {
  return set === undefined ? null : [Math.round(set.fromMs), Math.round(set.toMs), Math.round(set.byMs)];
}
