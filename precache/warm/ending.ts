/**
 * How a run is told to end: a deadline, a request to stop, a request to leave at once.
 *
 * @module
 */
import { setMaxListeners } from "node:events";
import type { Clock } from "../clock.ts";

export interface EndingOptions {
  readonly deadlineMs?: number | undefined;
  readonly afterDeadline?: "finish" | "leave";
  readonly stop?: AbortSignal | undefined;
  readonly abort?: AbortSignal | undefined;
}

/** The ways to the end, in one place. `pause`: nothing starts any more. `letGo`: nothing runs any more. */
export class Ending {
  readonly letGo = new AbortController();
  readonly pause = new AbortController();
  readonly #options: EndingOptions;
  readonly #clock: Clock;
  readonly #over = new AbortController();

  /** @param abandoned aborted when nobody wants the run any more. */
  constructor(options: EndingOptions, clock: Clock, abandoned: AbortSignal) {
    this.#options = options;
    this.#clock = clock;
    setMaxListeners(0, this.letGo.signal, this.pause.signal);
    this.#follow(options.stop, () => this.pause.abort());
    this.#follow(options.abort, () => this.abandon());
    this.#follow(abandoned, () => this.abandon());
    if (options.deadlineMs !== undefined && options.afterDeadline === "leave") {
      void this.#leaveAt(options.deadlineMs);
    }
  }

  why(): "deadline" | "stopped" | undefined {
    const { stop, abort, deadlineMs } = this.#options;
    if (abort?.aborted === true || stop?.aborted === true) return "stopped";
    if (deadlineMs !== undefined && this.#clock.now() >= deadlineMs) return "deadline";
    return this.letGo.signal.aborted ? "stopped" : undefined;
  }

  /** Lets go of everything. */
  abandon(): void {
    this.pause.abort();
    this.letGo.abort();
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
    while (this.#clock.now() < deadlineMs && !this.#over.signal.aborted) {
      await this.#clock.sleep(Math.min(deadlineMs - this.#clock.now(), 2 ** 30), this.#over.signal);
    }
    if (!this.#over.signal.aborted) this.abandon();
  }
}
