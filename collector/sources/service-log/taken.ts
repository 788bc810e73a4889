/**
 * Which lines of the system's log have been taken.
 *
 * The clock on the wall may jump, so a place in the log is a boot and the ticks since: what lies after the last place taken
 * of a boot is new, and so is all of a boot never seen. Lines of one tick are told apart by their number.
 *
 * @module
 */
import type { LogPlace } from "./log-line.ts";

/** What has been taken of one boot: every line before a tick, and so many of the tick itself. */
export interface Taken {
  readonly boot: string;
  readonly ticks: string;
  readonly lines: number;
}

/** Boots that are remembered; `log show` is asked for hours, not for months. */
const MAX_BOOTS = 8;

/** Separates new lines from those taken, through one reading of the log. */
export class TakenLines {
  readonly #before: ReadonlyMap<string, Taken>;
  readonly #now: Map<string, Taken>;
  readonly #seenAgain = new Map<string, number>();

  constructor(before: readonly Taken[]) {
    this.#before = new Map(before.map((taken) => [taken.boot, taken]));
    this.#now = new Map(this.#before);
  }

  /** Whether a line is new; it is taken from now on. */
  take({ boot, ticks }: LogPlace): boolean {
    const before = this.#before.get(boot);
    if (before !== undefined) {
      const order = compareDigits(ticks, before.ticks);
      if (order < 0) return false;
      if (order === 0) {
        const again = (this.#seenAgain.get(boot) ?? 0) + 1;
        this.#seenAgain.set(boot, again);
        if (again <= before.lines) return false;
      }
    }
    const now = this.#now.get(boot);
    const order = now === undefined ? 1 : compareDigits(ticks, now.ticks);
    if (order > 0) {
      this.#now.delete(boot);
      this.#now.set(boot, { boot, ticks, lines: 1 });
    } else if (now !== undefined && order === 0) this.#now.set(boot, { ...now, lines: now.lines + 1 });
    return true;
  }

  /** What has been taken up to now. */
  get taken(): readonly Taken[] {
    return [...this.#now.values()].slice(-MAX_BOOTS);
  }
}

/** Order of whole numbers of any size, as digits. */
export function compareDigits(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
