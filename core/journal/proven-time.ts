/**
 * A time that is sure to have passed, as the journal itself proves it.
 *
 * A clock can be wrong: a new battery, a restored image, a mistyped date. What cannot be taken back is therefore never
 * done on its word. Proven is the day that has at least six other, later days on which the journal was written too: one
 * pass, or a few hours, with the clock years ahead are one day among them; a machine that was off for months proves
 * that it is later now within a week.
 *
 * @module
 */
import { withSegment } from "./open-segment.ts";
import { SegmentMaps } from "./segment-maps.ts";
import { listSegments } from "./segment-names.ts";

const DAY_MS = 86_400_000;
/** Days on which batches must have been written for the first of them to be proven. */
const PROOF_DAYS = 7;

/** Finds proven times from one stream: that which is written the most regularly. */
export class ProvenTime {
  readonly #folder: string;
  readonly #maps = new SegmentMaps(undefined);

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The beginning of the latest proven day, Unix milliseconds; minus infinity while nothing is proven.
   * @param nowMs days after it are left out: a clock that was ahead wrote them
   */
  async before(nowMs: number): Promise<number> {
    const today = Math.floor(nowMs / DAY_MS);
    const days = new Set<number>();
    for (const number of [...(await listSegments(this.#folder))].reverse()) {
      const written = await withSegment({ folder: this.#folder, number }, undefined, async (content) => {
        return (await this.#maps.mapOf(number, content)).days;
      });
      for (const day of written ?? []) if (day <= today) days.add(day);
      if (days.size >= PROOF_DAYS) break;
    }
    const proven = [...days].sort((a, b) => b - a)[PROOF_DAYS - 1];
    return proven === undefined ? Number.NEGATIVE_INFINITY : proven * DAY_MS;
  }
}
