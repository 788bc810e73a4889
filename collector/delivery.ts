/**
 * Lines to a sink until their fate is known: waits and tries again where the server cannot take them now, halves what it
 * refuses, and says who may send at what moment.
 *
 * @module
 */
import { errorText, type LarderError } from "../core/errors.ts";
import { type BackOff, createBackOff } from "./back-off.ts";
import { type BisectProgress, bisect, type Questions, type Verdict } from "./bisect.ts";
import { Interrupted, type RunLimits, type ShipClock } from "./run-limits.ts";
import { type Sink, SinkError } from "./sinks/sink.ts";

/** How a sink is: `later` and `stopped` as in `Fate`. */
export type SinkState = "ok" | "later" | "stopped";

/** As often a server may answer 500 to the same lines before they are suspected. */
const SUSPECT_AFTER = 3;

/** The way to one sink, shared by all pieces that go there. */
export class Delivery {
  readonly #sink: Sink;
  readonly #inFlight: number;
  readonly #clock: ShipClock;
  readonly #backOff: BackOff;
  #state: SinkState = "ok";
  #problem: LarderError | undefined;
  #lastAckMs: number | undefined;
  #sending = 0;
  #waiting: (() => void)[] = [];

  /** @param inFlight requests at once while the server is well */
  constructor(sink: Sink, inFlight: number, clock: ShipClock) {
    this.#sink = sink;
    this.#inFlight = inFlight;
    this.#clock = clock;
    this.#backOff = createBackOff(clock.random);
  }

  get state(): SinkState {
    return this.#state;
  }

  /** Why it is not ok. */
  get problem(): LarderError | undefined {
    return this.#problem;
  }

  /** When the server last said yes, Unix milliseconds. */
  get lastAckMs(): number | undefined {
    return this.#lastAckMs;
  }

  /** Unix milliseconds before which nothing is sent. */
  get pausedUntilMs(): number {
    return this.#backOff.untilMs;
  }

  /**
   * Resolves when every line is taken or stands in `progress.rejected`.
   * @throws Interrupted when the run ends before; `progress` then says how far it came.
   */
  async deliver(lines: Uint8Array, progress: BisectProgress, limits: RunLimits): Promise<void> {
    const wake = (): void => this.#wakeAll();
    const questions: Questions = {
      ask: async (part) => await this.#attempt(part, limits, 1),
      askPatiently: async (part) => await this.#attempt(part, limits, SUSPECT_AFTER),
    };
    limits.leave.signal.addEventListener("abort", wake);
    try {
      for (;;) {
        const verdict = await questions.askPatiently(lines);
        if (verdict.outcome === "taken" || (await bisect(lines, verdict, questions, progress))) return;
        this.#ill(this.#hopeless(verdict), this.#backOff.round);
      }
    } finally {
      limits.leave.signal.removeEventListener("abort", wake);
    }
  }

  /** One request, and again until it has a verdict. */
  async #attempt(lines: Uint8Array, limits: RunLimits, suspectAfter: number): Promise<Verdict> {
    for (let faults = 1; ; ) {
      await this.#takeTurn(limits);
      const { round } = this.#backOff;
      try {
        await this.#sink.write(lines, limits.kill.signal);
        this.#well();
        this.#lastAckMs = this.#clock.nowMs();
        return { outcome: "taken" };
      } catch (thrown) {
        if (limits.kill.signal.aborted) throw new Interrupted();
        const error = this.#asSinkError(thrown);
        if (error.fate === "refused" || error.fate === "too-large") {
          this.#well();
          return { outcome: "refused", reason: error.said };
        }
        if (error.mayBeLines && faults++ >= suspectAfter) return { outcome: "suspect", reason: error.said };
        this.#ill(error, round);
      } finally {
        this.#sending--;
        this.#wakeAll();
      }
    }
  }

  /** Waits for a turn; while the server fails, one request at a time asks whether it is back. */
  async #takeTurn(limits: RunLimits): Promise<void> {
    for (;;) {
      if (limits.leave.signal.aborted) throw new Interrupted();
      const { untilMs, failures } = this.#backOff;
      const waitMs = untilMs - this.#clock.nowMs();
      if (waitMs > 0) {
        if (limits.deadlineMs !== undefined && untilMs > limits.deadlineMs) limits.leave.abort();
        else await this.#clock.sleep(waitMs, limits.leave.signal);
      } else if (this.#sending < (failures > 0 ? 1 : this.#inFlight)) {
        this.#sending++;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
        });
      }
    }
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #well(): void {
    this.#backOff.succeeded();
    this.#state = "ok";
    this.#problem = undefined;
  }

  #ill(error: SinkError, round: number): void {
    this.#state = error.fate === "stopped" ? "stopped" : "later";
    this.#problem = error;
    if (error.fate === "stopped") this.#backOff.stopped(this.#clock.nowMs(), round);
    else this.#backOff.failed(this.#clock.nowMs(), round, error.retryAfterMs);
  }

  /** A failure that is no SinkError is a fault of ours: the lines stay. */
  #asSinkError(thrown: unknown): SinkError {
    return thrown instanceof SinkError ? thrown : this.#later("SINK_FAILED", errorText(thrown), thrown);
  }

  /** The server answers 500 to every line: it is the server. */
  #hopeless(verdict: Verdict): SinkError {
    const reason = verdict.outcome === "taken" ? "" : `: ${verdict.reason}`;
    return this.#later("SINK_UNAVAILABLE", `it answered 500 to every line${reason}`);
  }

  #later(code: string, said: string, cause?: unknown): SinkError {
    return new SinkError(`Cannot write to "${this.#sink.place}": ${said}`, {
      code,
      fate: "later",
      state: "nothing was lost; the journal keeps the lines",
      said,
      cause,
    });
  }
}
