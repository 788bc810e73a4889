/**
 * The rows of an answer as they grow: sums and newest values of each bucket and group.
 *
 * @module
 */

import type { Integer } from "../line/line.ts";
import { addExact, addValue, forEachField, type LineValue, type ParsedLine, parseTags } from "../line/line.ts";
import { type BucketUnit, bucketStart } from "../time/local-days.ts";
import type { OpenSum } from "./rollup-mark.ts";

/** What is asked. */
export interface HistoryQuery {
  readonly measurement: string;
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** One bucket for each hour or local day, or one for all. */
  readonly by: BucketUnit | "all";
  readonly timeZone: string;
  /** Only points with these tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** One row for each combination of values of these tags. */
  readonly groupBy?: readonly string[];
}

/** One bucket of one group. */
export interface HistoryRow {
  /** Beginning of the bucket; `fromMs` of the query for "all". */
  readonly startMs: number;
  /** Values of the `groupBy` tags; "" where a point has none. */
  readonly group: Readonly<Record<string, string>>;
  /** Sums of integer and float fields. */
  readonly sums: Readonly<Record<string, Integer>>;
  /** The newest value of every field. */
  readonly lasts: Readonly<Record<string, LineValue>>;
  readonly points: number;
  readonly newestMs: number;
}

/** Sums of one bucket of one group. */
export type SumsRow = Pick<HistoryRow, "startMs" | "group" | "sums">;

interface OpenRow {
  readonly startMs: number;
  readonly group: Readonly<Record<string, string>>;
  readonly groupKey: string;
  /** Without a prototype: names come from outside. */
  readonly sums: Record<string, Integer>;
  /** Undefined where nobody asks for the newest values. */
  readonly lasts: Map<string, { timeMs: number; value: LineValue }> | undefined;
  points: number;
  newestMs: number;
}

/** A group of an answer; undefined for points that are not wanted. */
type Group = { readonly key: string; readonly group: Readonly<Record<string, string>> } | undefined;

/** Adds lines and sums to the rows of one query. */
export class Rows {
  readonly query: HistoryQuery;
  readonly #keeps: "sums" | "lasts too";
  readonly #rows = new Map<string, OpenRow>();
  readonly #groups = new Map<string, Group>();

  constructor(query: HistoryQuery, keeps: "sums" | "lasts too") {
    this.query = query;
    this.#keeps = keeps;
  }

  addLine({ tagText, fieldText, timeMs }: ParsedLine): void {
    const row = this.#rowAt(tagText, timeMs);
    if (row !== undefined) addFields(row, fieldText, timeMs);
  }

  addSums(tagText: string, timeMs: number, sums: ReadonlyMap<string, OpenSum>): void {
    const row = this.#rowAt(tagText, timeMs);
    if (row === undefined) return;
    for (const [name, { value, isFloat }] of sums) row.sums[name] = addValue(row.sums[name], value, isFloat);
  }

  rows(): HistoryRow[] {
    return [...this.#rows.values()]
      .sort((a, b) => (a.groupKey === b.groupKey ? a.startMs - b.startMs : a.groupKey < b.groupKey ? -1 : 1))
      .map(closeRow);
  }

  #rowAt(tagText: string, timeMs: number): OpenRow | undefined {
    const { fromMs, by, timeZone } = this.query;
    if (!this.#groups.has(tagText)) this.#groups.set(tagText, this.#groupOf(tagText));
    const group = this.#groups.get(tagText);
    if (group === undefined) return undefined;
    const startMs = by === "all" ? fromMs : bucketStart(timeMs, by, timeZone);
    const key = `${startMs} ${group.key}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = {
        startMs,
        group: group.group,
        groupKey: group.key,
        sums: Object.create(null) as Record<string, Integer>,
        lasts: this.#keeps === "sums" ? undefined : new Map(),
        points: 0,
        newestMs: 0,
      };
      this.#rows.set(key, row);
    }
    return row;
  }

  #groupOf(tagText: string): Group {
    const tags = parseTags(tagText);
    if (Object.entries(this.query.tags ?? {}).some(([key, value]) => tags[key] !== value)) return undefined;
    const group = Object.fromEntries((this.query.groupBy ?? []).map((key) => [key, tags[key] ?? ""]));
    return { key: JSON.stringify(group), group };
  }
}

function addFields(row: OpenRow, fieldText: string, timeMs: number): void {
  row.points++;
  row.newestMs = Math.max(row.newestMs, timeMs);
  forEachField(fieldText, (name, value) => {
    if (row.lasts !== undefined) {
      const last = row.lasts.get(name);
      if (last === undefined || timeMs >= last.timeMs) row.lasts.set(name, { timeMs, value });
    }
    if ("integer" in value) row.sums[name] = addExact(row.sums[name], value.integer);
    else if ("float" in value) row.sums[name] = addValue(row.sums[name], value.float, true);
  });
}

function closeRow(row: OpenRow): HistoryRow {
  return {
    startMs: row.startMs,
    group: row.group,
    sums: row.sums,
    lasts: Object.fromEntries([...(row.lasts ?? [])].map(([name, { value }]) => [name, value])),
    points: row.points,
    newestMs: row.newestMs,
  };
}
