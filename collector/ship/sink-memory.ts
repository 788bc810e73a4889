/**
 * What a shipper remembers of its sink from one process to the next: how it was, and as far as its server is safe.
 *
 * @module
 */
import type { LarderError } from "../../core/errors.ts";
import type { Sink } from "../sinks/sinks.ts";
import type { ShipPositions, SinkFiles } from "./cursor.ts";
import type { SinkState } from "./delivery.ts";
import { RestartWatch } from "./restart-watch.ts";
import { loadShipState, type ShipState, saveShipState } from "./state.ts";

/** A server that does not say who it is within this is asked another time. */
const IDENTITY_TIMEOUT_MS = 5000;

/** How a sink is after a pass. */
export interface SinkCondition {
  readonly state: SinkState;
  readonly problem: LarderError | undefined;
  /** Since it was last kept. */
  readonly expiredLines: number;
}

export class SinkMemory {
  readonly #files: SinkFiles;
  readonly #watch: RestartWatch;
  #known: ShipState | undefined;

  /** @param start how far the sink has come */
  static async open(files: SinkFiles, start: ShipPositions): Promise<SinkMemory> {
    return new SinkMemory(files, start, await loadShipState(files.stateDir, files.sink));
  }

  private constructor(files: SinkFiles, start: ShipPositions, known: ShipState | undefined) {
    this.#files = files;
    this.#known = known;
    this.#watch = new RestartWatch(known?.server ?? undefined, start);
  }

  /** The sink has come this far. */
  reached(positions: ShipPositions, steadyMs: number): void {
    this.#watch.reached(positions, steadyMs);
  }

  /**
   * Asks a server that may forget who it is; one that cannot answer now is asked another time.
   * @param asked.outages how often it has come back in the life of this process
   * @returns where to go on from, when it may have lost what it took
   */
  async ask(
    sink: Sink,
    asked: { readonly outages: number; readonly steadyMs: number; readonly signal: AbortSignal },
  ): Promise<ShipPositions | undefined> {
    if (sink.identity === undefined || asked.signal.aborted) return undefined;
    const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(IDENTITY_TIMEOUT_MS)]);
    try {
      return this.#watch.seen(await sink.identity(signal), asked.outages, asked.steadyMs);
    } catch {
      return undefined;
    }
  }

  /** Keeps how the sink is, where that is something new. Nothing depends on it: a failure is passed over. */
  async keep({ state, problem, expiredLines }: SinkCondition, nowMs: number): Promise<void> {
    const known = this.#known;
    const next: ShipState = {
      v: 1,
      atMs: nowMs,
      state,
      problem:
        problem === undefined ? null : { code: problem.code, message: problem.message, next: problem.next ?? null },
      expiredLines: (known?.expiredLines ?? 0) + expiredLines,
      server: this.#watch.memory ?? null,
    };
    if (known !== undefined && JSON.stringify({ ...known, atMs: 0 }) === JSON.stringify({ ...next, atMs: 0 })) return;
    this.#known = next;
    await saveShipState(this.#files, next).catch(() => undefined);
  }
}
