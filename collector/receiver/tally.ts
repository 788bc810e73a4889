/**
 * How many reports came in, minute by minute, as the line `receiver`.
 *
 * @module
 */
import { fieldText } from "../../core/line/line.ts";
import type { Entry } from "./commit-queue.ts";

const NOTHING = { reports: 0, repeated: 0, setaside: 0, refused: 0, unassigned: 0 };

export type Counted = keyof typeof NOTHING;

export class Tally {
  #counts: Record<Counted, number> = { ...NOTHING };

  add(what: Counted): void {
    this.#counts[what]++;
  }

  /** The line of what was counted since the last; undefined when nothing was. */
  take(tags: string, timeMs: number): Entry | undefined {
    const counts = this.#counts;
    if (Object.values(counts).every((count) => count === 0)) return undefined;
    this.#counts = { ...NOTHING };
    const fields = Object.entries(counts).map(([field, integer]) => `${field}=${fieldText({ integer })}`);
    return {
      text: `receiver${tags} ${fields.join(",")} ${timeMs}\n`,
      count: 1,
      span: { fromMs: timeMs, toMs: timeMs },
    };
  }
}
