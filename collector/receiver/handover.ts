/**
 * Hands counters of the cache on this computer over to the collector, which alone knows what its database has brought.
 *
 * @module
 */
import { type Cursors, lastCommit, streamFolder } from "../../core/journal/journal.ts";
import {
  HANDED_OVER,
  type HandedOver,
  type HandedRow,
  handedJson,
  OWN_REPORTS,
  parseHanded,
  parseOwnReports,
} from "../sources/sources.ts";
import { QueueFull } from "./commit-queue.ts";

/** Some hours of reports, each minute: a collector decides in minutes. */
const MOST = 200;
const ASK_AGAIN_MS = 10_000;

export class Handover {
  readonly #stateDir: string;
  #handed: HandedOver;
  #askedMs: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param cursors of the receiver's journal */
  constructor(stateDir: string, cursors: Cursors) {
    this.#stateDir = stateDir;
    this.#handed = parseHanded(cursors[HANDED_OVER]);
  }

  /**
   * Hands counters over, one after the other.
   * @param commit writes the cursors; what it throws is thrown, and nothing was handed over
   * @throws QueueFull where the collector has taken nothing for long
   */
  async hand(row: Omit<HandedRow, "number">, commit: (cursors: Cursors) => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (this.#isDue()) await this.#leaveOutDecided();
      const { next, rows } = this.#handed;
      if (rows.length >= MOST) throw new QueueFull("the collector takes no reports of the cache on this computer");
      const handed = { next: next + 1, rows: [...rows, { ...row, number: next }] };
      await commit({ [HANDED_OVER]: handedJson(handed) });
      this.#handed = handed;
    });
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  #isDue(): boolean {
    const askedMs = this.#askedMs ?? Number.NEGATIVE_INFINITY;
    return performance.now() - askedMs > ASK_AGAIN_MS || this.#handed.rows.length >= MOST;
  }

  async #leaveOutDecided(): Promise<void> {
    const last = await lastCommit(streamFolder(this.#stateDir, "collector"));
    this.#askedMs = performance.now();
    const { number: decided } = parseOwnReports(last?.cursors[OWN_REPORTS]);
    const { next, rows } = this.#handed;
    // a stream that was begun again goes on behind what was decided
    this.#handed = { next: Math.max(next, decided + 1), rows: rows.filter(({ number }) => number > decided) };
  }
}
