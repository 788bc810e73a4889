/**
 * Of each series in some lines only two: the newest by its time, and the one that was written last. For those who look for
 * the newest line of many series in a long journal: the others are passed over as bytes.
 *
 * @module
 */
import { type LineSearch, lineEnd, lineTime, SeriesKeys } from "../line/line.ts";
import type { Range } from "./plan.ts";

/** Where a line lies. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly timeMs: number;
}

interface Found {
  newest: Place | undefined;
  last: Place | undefined;
}

export class LatestLines {
  /** Series of the lines at hand. */
  readonly #found = new Set<Found>();
  readonly #keys = new SeriesKeys<Found>(() => ({ newest: undefined, last: undefined }));

  /** Hands over lines of a measurement, those of a series in the order of their time, the one written last at the end. */
  read(lines: Buffer, { named, span }: { named: LineSearch; span: Range }, take: (start: number, end: number) => void) {
    const view = new DataView(lines.buffer, lines.byteOffset, lines.byteLength);
    for (let start = named.next(lines, 0); start < lines.length; ) {
      const end = lineEnd(lines, start);
      const timeMs = lineTime(lines, start, end);
      const found = this.#keys.at(lines, view, start);
      if (found !== undefined && timeMs !== undefined && timeMs >= span.fromMs && timeMs < span.toMs) {
        const place = { start, end, timeMs };
        if (found.newest === undefined || timeMs >= found.newest.timeMs) found.newest = place;
        found.last = place;
        this.#found.add(found);
      }
      start = named.next(lines, end + 1);
    }
    for (const found of this.#found) {
      const { newest, last } = found;
      if (newest !== undefined && newest !== last) take(newest.start, newest.end);
      if (last !== undefined) take(last.start, last.end);
      [found.newest, found.last] = [undefined, undefined];
    }
    this.#found.clear();
  }
}
