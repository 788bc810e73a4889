/**
 * Lines to a sink until their fate is known: waits and tries again where the server cannot take them now, halves what it
 * refuses, and says who may send at what moment.
 *
 * @module
 */

import { errorCode, errorText, type LarderError } from "../../core/errors.ts";
import { durationText } from "../../core/words/amounts.ts";
import { probeLine, type Sink, SinkError } from "../sinks/sinks.ts";
import { type BackOff, createBackOff } from "./back-off.ts";
import { type BisectOutcome, type BisectProgress, bisect, type Questions } from "./bisect.ts";
import { Interrupted, type RunLimits, type ShipClock } from "./run-limits.ts";

/** How a sink is: `later` and `stopped` as in `Fate`. */
export type SinkState = "ok" | "later" | "stopped";

/** As often a server may answer 500 to the same lines before they are suspected. */
const SUSPECT_AFTER = 3;
/** After a request was given up having waited this long, the server counts as silent. */
const SILENT_MS = 2000;

/** The way to one sink, shared by all pieces that go there. */
export class Delivery {
  readonly #sink: Sink;
  readonly #inFlight: number;
  readonly #clock: ShipClock;
  readonly #backOff: BackOff;
  #state: SinkState = "ok";
  #problem: LarderError | undefined;
  #lastAckMs: number | undefined;
  #outages = 0;
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

  /** How often the server has come back after it could not be reached. */
  get outages(): number {
    return this.#outages;
  }

  /** When the server last accepted something, Unix milliseconds. */
  get lastAckMs(): number | undefined {
    return this.#lastAckMs;
  }

  /** Unix milliseconds before which nothing is sent. */
  get pausedUntilMs(): number {
    return this.#backOff.untilMs;
  }

  /**
   * Resolves when every line is taken or is in `progress.rejected`.
   * @throws Interrupted when the run ends before; `progress` then says how far it came.
   */
  async deliver(lines: Uint8Array, progress: BisectProgress, limits: RunLimits): Promise<void> {
    const wake = (): void => this.#wakeAll();
    const questions: Questions = {
      ask: async (part) => await this.#attempt(part, limits, 1),
      askPatiently: async (part) => await this.#attempt(part, limits, SUSPECT_AFTER),
      probe: async () =>
        (await this.#attempt(probeLine(this.#clock.nowMs()), limits, SUSPECT_AFTER)).outcome === "taken",
    };
    limits.leave.signal.addEventListener("abort", wake);
    try {
      for (;;) {
        const outcome = await questions.askPatiently(lines);
        const { round } = this.#backOff;
        if (await bisect(lines, outcome, { questions, progress })) return;
        this.#ill(this.#refusesAll(outcome), round);
      }
    } finally {
      limits.leave.signal.removeEventListener("abort", wake);
    }
  }

  /** One request, and again until it has an outcome. */
  async #attempt(lines: Uint8Array, limits: RunLimits, suspectAfter: number): Promise<BisectOutcome> {
    for (let faults = 1; ; ) {
      await this.#takeTurn(limits);
      const { round } = this.#backOff;
      const sentMs = this.#clock.nowMs();
      try {
        const { expiredLines } = await this.#sink.write(lines, limits.kill.signal);
        this.#well();
        this.#lastAckMs = this.#clock.nowMs();
        return { outcome: "taken", expiredLines };
      } catch (thrown) {
        if (limits.kill.signal.aborted) {
          this.#gaveUp(sentMs);
          throw new Interrupted();
        }
        const error = this.#asSinkError(thrown);
        if (error.fate === "refused" || error.fate === "too-large") {
          const outcome = error.fate === "refused" ? "refused" : "too large";
          return { outcome, reason: error.said, refusedLines: error.refusedLines };
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
    if (errorCode(this.#problem?.cause) === "HTTP_UNREACHABLE") this.#outages++;
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

  /** The run ended while a request waited: where nobody else got an answer either, that is why nothing was taken. */
  #gaveUp(sentMs: number): void {
    const waitedMs = this.#clock.nowMs() - sentMs;
    if (this.#state !== "ok" || waitedMs < SILENT_MS || (this.#lastAckMs ?? 0) >= sentMs) return;
    this.#state = "later";
    this.#problem = this.#later(
      "SINK_UNREACHABLE",
      `no answer within ${durationText(Math.round(waitedMs / 1000))}, when the pass ended`,
    );
  }

  /** A failure that is not a SinkError is a fault of ours: the lines stay. */
  #asSinkError(thrown: unknown): SinkError {
    return thrown instanceof SinkError ? thrown : this.#later("SINK_FAILED", errorText(thrown), thrown);
  }

  /** Nothing was learned about lines: it is the server, or what lies before it. */
  #refusesAll(outcome: BisectOutcome): SinkError {
    const reason = outcome.outcome === "taken" ? "" : `: ${outcome.reason}`;
    if (outcome.outcome === "suspect") return this.#later("SINK_UNAVAILABLE", `it answered 500 to every line${reason}`);
    return new SinkError(`Cannot write to "${this.#sink.place}": it refuses every line alike${reason}`, {
      code: "SINK_REJECTED",
      fate: "stopped",
      state: "nothing was lost; the journal keeps the lines",
      said: reason,
      next: "check the sink's type, url and settings, and what lies before the server; it goes on once that is corrected",
    });
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
