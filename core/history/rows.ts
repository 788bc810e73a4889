/**
 * The rows of an answer as they grow: sums and newest values of each bucket and group.
 *
 * @module
 */

import type { Integer } from "../line/line.ts";
import { addExact, addValue, forEachField, type LineValue, type ParsedLine, parseTags } from "../line/line.ts";
import { type BucketUnit, bucketStart } from "../time/local-days.ts";

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
  /** Only sums of these fields; default all. */
  readonly fields?: readonly string[];
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

/** The buckets of points with the same values of the tags asked for. */
interface Group<Row> {
  readonly key: string;
  readonly group: Readonly<Record<string, string>>;
  /** By their beginning. */
  readonly rows: Map<number, Row>;
}

/** Buckets of time and groups of tags, each with a row that grows. */
class Buckets<Row> {
  readonly query: HistoryQuery;
  readonly #groups = new Map<string, Group<Row>>();
  /** By the text of tags; undefined for points that are not wanted. */
  readonly #groupsOf = new Map<string, Group<Row> | undefined>();

  constructor(query: HistoryQuery) {
    this.query = query;
  }

  /** The group of points with these tags; undefined where they are not wanted. */
  groupOf(tagText: string): Group<Row> | undefined {
    if (!this.#groupsOf.has(tagText)) this.#groupsOf.set(tagText, this.#findGroup(tagText));
    return this.#groupsOf.get(tagText);
  }

  /** The beginning of the bucket of an instant. */
  startOf(timeMs: number): number {
    const { fromMs, by, timeZone } = this.query;
    return by === "all" ? fromMs : bucketStart(timeMs, by, timeZone);
  }

  /** All rows, ordered by group and time. */
  map<Closed>(close: (row: Row, bucket: Pick<HistoryRow, "startMs" | "group">) => Closed): Closed[] {
    const groups = [...this.#groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return groups.flatMap(({ group, rows }) =>
      [...rows].sort(([a], [b]) => a - b).map(([startMs, row]) => close(row, { startMs, group })),
    );
  }

  #findGroup(tagText: string): Group<Row> | undefined {
    const tags = parseTags(tagText);
    if (Object.entries(this.query.tags ?? {}).some(([key, value]) => tags[key] !== value)) return undefined;
    const group = Object.fromEntries((this.query.groupBy ?? []).map((key) => [key, tags[key] ?? ""]));
    const key = JSON.stringify(group);
    const known = this.#groups.get(key) ?? { key, group, rows: new Map<number, Row>() };
    this.#groups.set(key, known);
    return known;
  }
}

/** Sums of a bucket, each field at the place it has in its `SumRows`. */
export type Sums = (Integer | undefined)[];

/** Where sums of one series are added. */
export type SumGroup = Group<Sums>;

/** The sums of one query: numbers are added by the places of their fields. */
export class SumRows {
  readonly query: HistoryQuery;
  readonly #buckets: Buckets<Sums>;
  readonly #names: string[] = [];
  readonly #floats: boolean[] = [];

  constructor(query: HistoryQuery) {
    this.query = query;
    this.#buckets = new Buckets(query);
  }

  /** The place of a field; -1 for one that is not asked for. */
  placeOf(name: string, isFloat: boolean): number {
    const known = this.#names.indexOf(name);
    if (known >= 0 || this.query.fields?.includes(name) === false) return known;
    this.#floats.push(isFloat);
    return this.#names.push(name) - 1;
  }

  groupOf(tagText: string): SumGroup | undefined {
    return this.#buckets.groupOf(tagText);
  }

  /** The sums of the bucket of an instant. */
  sumsAt({ rows }: SumGroup, timeMs: number): Sums {
    const startMs = this.#buckets.startOf(timeMs);
    let sums = rows.get(startMs);
    if (sums === undefined) {
      sums = [];
      rows.set(startMs, sums);
    }
    return sums;
  }

  /** Adds sums, which are ours from now on. */
  addSums({ rows }: SumGroup, timeMs: number, added: Sums): void {
    const startMs = this.#buckets.startOf(timeMs);
    const sums = rows.get(startMs);
    if (sums === undefined) rows.set(startMs, added);
    else for (const [i, value] of added.entries()) if (value !== undefined) this.addTo(sums, i, value);
  }

  /** Adds a value at its place. */
  addTo(sums: Sums, place: number, value: Integer): void {
    sums[place] = addValue(sums[place], value, this.#floats[place] === true);
  }

  rows(): SumsRow[] {
    return this.#buckets.map((sums, bucket) => ({ ...bucket, sums: this.#named(sums) }));
  }

  #named(sums: Sums): SumsRow["sums"] {
    // without a prototype: names come from outside
    const named = Object.create(null) as Record<string, Integer>;
    for (const [i, value] of sums.entries()) if (value !== undefined) named[this.#names[i] ?? ""] = value;
    return named;
  }
}

/** A row of sums and of newest values. */
interface OpenRow {
  /** Without a prototype: names come from outside. */
  readonly sums: Record<string, Integer>;
  readonly lasts: Map<string, { timeMs: number; value: LineValue }>;
  points: number;
  newestMs: number;
}

/** Sums and newest values of one query, from lines. */
export class Rows {
  readonly query: HistoryQuery;
  readonly #buckets: Buckets<OpenRow>;

  constructor(query: HistoryQuery) {
    this.query = query;
    this.#buckets = new Buckets(query);
  }

  addLine({ tagText, fieldText, timeMs }: ParsedLine): void {
    const group = this.#buckets.groupOf(tagText);
    if (group === undefined) return;
    const startMs = this.#buckets.startOf(timeMs);
    let row = group.rows.get(startMs);
    if (row === undefined) {
      row = { sums: Object.create(null) as Record<string, Integer>, lasts: new Map(), points: 0, newestMs: 0 };
      group.rows.set(startMs, row);
    }
    addFields(row, fieldText, timeMs);
  }

  rows(): HistoryRow[] {
    return this.#buckets.map(({ sums, lasts, points, newestMs }, bucket) => ({
      ...bucket,
      sums,
      lasts: Object.fromEntries([...lasts].map(([name, { value }]) => [name, value])),
      points,
      newestMs,
    }));
  }
}

function addFields(row: OpenRow, fieldText: string, timeMs: number): void {
  row.points++;
  row.newestMs = Math.max(row.newestMs, timeMs);
  forEachField(fieldText, (name, value) => {
    const last = row.lasts.get(name);
    if (last === undefined || timeMs >= last.timeMs) row.lasts.set(name, { timeMs, value });
    if ("integer" in value) row.sums[name] = addExact(row.sums[name], value.integer);
    else if ("float" in value) row.sums[name] = addValue(row.sums[name], value.float, true);
  });
}
