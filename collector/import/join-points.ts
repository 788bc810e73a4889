/**
 * Rows of the source joined to what the journal has: which points are taken, under which time, and why others are left.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { Span } from "../../core/journal/journal.ts";
import type { NameOf } from "./cache-names.ts";
import { type HeldTimes, type ImportedPoints, isHeld } from "./held-times.ts";
import type { SeriesPart } from "./influx-answer.ts";
import { lineOf, pointReader } from "./source-points.ts";
import type { SourceTable } from "./source-tables.ts";
import type { Tally } from "./tally.ts";

/** What was read of one table in a span. */
export type TableRows = readonly [table: SourceTable, parts: readonly SeriesPart[]];

/** Lines of a span, ready for the journal. */
export interface JoinedLines {
  readonly text: readonly string[];
  /** Times of the lines; undefined where there are none. */
  readonly span: Span | undefined;
  readonly pointsRead: number;
}

/** What points are joined to. */
export interface Joining {
  readonly nameOf: NameOf;
  /** Points imported before, in the same span. */
  readonly before: ImportedPoints;
  /** Times the journal has from the caches themselves. */
  readonly held: HeldTimes;
  readonly tally: Tally;
  readonly nowMs: number;
  /** The cache of this computer, whose databases the collector of this folder reads. */
  readonly ownServer: string;
}

/** Apple's longest database keeps 30 days. */
const APPLE_KEEPS_MS = 31 * 86_400_000;
/** Within it a report comes. */
const REPORT_COMES_MS = 3_600_000;

/** Joins the rows of a span. @throws LarderError `IMPORT_TWICE` for a point that was imported under another name */
export function joinPoints(all: readonly TableRows[], joining: Joining): JoinedLines {
  const joiner = new Joiner(joining);
  for (const [table, parts] of all) for (const part of parts) joiner.add(table, part);
  return joiner;
}

class Joiner implements JoinedLines {
  readonly text: string[] = [];
  span: Span | undefined;
  pointsRead = 0;
  readonly #joining: Joining;
  /** Milliseconds taken, by measurement and tags. */
  readonly #used = new Map<string, Set<number>>();

  constructor(joining: Joining) {
    this.#joining = joining;
  }

  add(table: SourceTable, { tags, columns, values }: SeriesPart): void {
    const { nameOf, before, held, tally } = this.#joining;
    const name = nameOf(tags);
    const spans = name === undefined ? [] : held.of(name.server);
    const newestMs = name === undefined ? 0 : this.#newestOf(name.server, spans);
    const read = pointReader(table, columns);
    const timeAt = columns.indexOf("time");
    this.pointsRead += values.length;
    for (const row of values) {
      const { timeMs, fields, faults } = read(row[timeAt] as number, row);
      const leaveOut = (reason: Parameters<Tally["leaveOut"]>[2]): void =>
        tally.leaveOut(name?.server ?? "", timeMs, reason);
      for (const fault of faults) leaveOut(fault);
      if (name === undefined) leaveOut("no name");
      else if (fields.length === 0) {
        if (faults.length === 0) leaveOut("no value");
      } else if (isHeld(spans, timeMs)) leaveOut("the journal has them");
      else if (timeMs > newestMs) leaveOut("too new");
      else {
        let written = 0;
        for (const point of fields) {
          const ms = slotOf(this.#used, `${point.measurement}${name.tagText}`, timeMs);
          const placed = { ...point, timeMs: ms };
          const other = before.otherName(placed, name.server);
          if (other !== undefined) throw underTwoNames(name.server, other, ms);
          if (before.has(placed, name.server)) continue;
          this.text.push(lineOf(point, name.tagText, ms));
          this.span = joined(this.span, ms);
          written++;
        }
        if (written > 0) tally.take(name.server, timeMs, written);
        else leaveOut("imported before");
      }
    }
  }

  /**
   * Points behind this time are left: they may still come from the cache itself, and would then count twice. Apple's
   * databases go back a month, which the collector of this folder may yet read; a report comes within the hour.
   */
  #newestOf(server: string, held: readonly Span[]): number {
    const { nowMs, ownServer } = this.#joining;
    const stillComingMs = server === ownServer ? APPLE_KEEPS_MS : REPORT_COMES_MS;
    return Math.max(held.at(-1)?.toMs ?? 0, nowMs - stillComingMs);
  }
}

/** The first millisecond from a time on that no other point of the same series has: equal times never collapse. */
function slotOf(used: Map<string, Set<number>>, key: string, timeMs: number): number {
  let taken = used.get(key);
  if (taken === undefined) {
    taken = new Set();
    used.set(key, taken);
  }
  let ms = timeMs;
  while (taken.has(ms)) ms++;
  taken.add(ms);
  return ms;
}

function joined(span: Span | undefined, ms: number): Span {
  return span === undefined
    ? { fromMs: ms, toMs: ms }
    : { fromMs: Math.min(span.fromMs, ms), toMs: Math.max(span.toMs, ms) };
}

function underTwoNames(server: string, other: string, ms: number): LarderError {
  return new LarderError(
    `Cannot import as "${server}": the point of ${new Date(ms).toISOString()} was imported as "${other}" before, and would count twice`,
    {
      code: "IMPORT_TWICE",
      state: "what was imported before is in the journal",
      next: `use the name it has there: --server ${other}`,
    },
  );
}
