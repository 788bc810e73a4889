/**
 * What ends a run: an end by the clock, a request to stop, a request to leave at once.
 *
 * @module
 */
import { setMaxListeners } from "node:events";
import type { Clock } from "../../core/time/clock.ts";

export interface EndingOptions {
  /** Unix milliseconds at which nothing runs any more. */
  readonly deadlineMs?: number | undefined;
  readonly stop?: AbortSignal | undefined;
  readonly abort?: AbortSignal | undefined;
}

/** The ways to the end, in one place. `pause`: nothing starts any more. `cancel`: nothing runs any more. */
export class StopConditions {
  readonly cancel = new AbortController();
  readonly pause = new AbortController();
  readonly #options: EndingOptions;
  readonly #clock: Clock;
  readonly #over = new AbortController();

  /** @param abandoned aborted when nobody wants the run any more. */
  constructor(options: EndingOptions, clock: Clock, abandoned: AbortSignal) {
    this.#options = options;
    this.#clock = clock;
    setMaxListeners(0, this.cancel.signal, this.pause.signal);
    this.#follow(options.stop, () => this.pause.abort());
    this.#follow(options.abort, () => this.abandon());
    this.#follow(abandoned, () => this.abandon());
    if (options.deadlineMs !== undefined) void this.#leaveAt(options.deadlineMs);
  }

  why(): "deadline" | "stopped" | undefined {
    const { stop, abort, deadlineMs } = this.#options;
    if (abort?.aborted === true || stop?.aborted === true) return "stopped";
    if (deadlineMs !== undefined && this.#clock.now() >= deadlineMs) return "deadline";
    return this.cancel.signal.aborted ? "stopped" : undefined;
  }

  /** Lets go of everything. */
  abandon(): void {
    this.pause.abort();
    this.cancel.abort();
  }

  /** The run is over: no timer and no listener stays. */
  close(): void {
    this.#over.abort();
  }

  #follow(signal: AbortSignal | undefined, act: () => void): void {
    if (signal?.aborted === true) act();
    signal?.addEventListener("abort", act, { signal: this.#over.signal });
  }

  async #leaveAt(deadlineMs: number): Promise<void> {
    await sleepUntil(this.#clock, deadlineMs, this.#over.signal);
    if (!this.#over.signal.aborted) this.abandon();
  }
}

/** A wall clock may be set while we sleep, and a computer may be asleep itself: looked at so often. */
const LOOK_EVERY_MS = 30_000;

/** Waits for a time of the clock, however long it takes; resolves early, without an error, when the signal is aborted. */
export async function sleepUntil(clock: Clock, timeMs: number, signal: AbortSignal): Promise<void> {
  while (clock.now() < timeMs && !signal.aborted) {
    await clock.sleep(Math.min(timeMs - clock.now(), LOOK_EVERY_MS), signal);
  }
}
