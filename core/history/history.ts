/**
 * The journal read back: sums, lasts and ratios per bucket of time and per tag.
 *
 * Works with nothing installed: reports, the live page, alert rules and `larder history` all ask here. Sums are exact
 * whole numbers (bigint beyond 2^53); days are local days of the time zone asked for.
 *
 * @module
 */
import { RAW_STREAMS, streamFolder } from "../journal/journal.ts";
import { openReader } from "../journal/reader.ts";
import { addExact } from "../line/sum.ts";
import { type BucketUnit, bucketStart } from "../local-days.ts";
import type { Integer } from "../point.ts";
import { forEachField, type LineValue, parseLine, parseTags } from "./parse-line.ts";

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

interface OpenRow {
  readonly startMs: number;
  readonly group: Readonly<Record<string, string>>;
  readonly sums: Map<string, Integer>;
  readonly lasts: Map<string, { timeMs: number; value: LineValue }>;
  points: number;
  newestMs: number;
}

/** Sums, lasts and counts, ordered by group and time. Memory grows with the answer, not with the journal. */
export async function queryHistory(stateDir: string, query: HistoryQuery): Promise<HistoryRow[]> {
  const rows = new Map<string, OpenRow>();
  const groups = new Map<string, { key: string; group: Record<string, string> } | undefined>();
  const wanted = Object.entries(query.tags ?? {});
  const groupOf = (tagText: string): { key: string; group: Record<string, string> } | undefined => {
    const tags = parseTags(tagText);
    if (wanted.some(([key, value]) => tags[key] !== value)) return undefined;
    const group = Object.fromEntries((query.groupBy ?? []).map((key) => [key, tags[key] ?? ""]));
    return { key: JSON.stringify(group), group };
  };
  for await (const line of readLines(stateDir, query.measurement, query.fromMs, query.toMs - 1)) {
    const parsed = parseLine(line);
    if (parsed === undefined || parsed.measurement !== query.measurement) continue;
    if (parsed.timeMs < query.fromMs || parsed.timeMs >= query.toMs) continue;
    if (!groups.has(parsed.tagText)) groups.set(parsed.tagText, groupOf(parsed.tagText));
    const group = groups.get(parsed.tagText);
    if (group === undefined) continue;
    const startMs = query.by === "all" ? query.fromMs : bucketStart(parsed.timeMs, query.by, query.timeZone);
    const key = `${startMs} ${group.key}`;
    let row = rows.get(key);
    if (row === undefined) {
      row = { startMs, group: group.group, sums: new Map(), lasts: new Map(), points: 0, newestMs: 0 };
      rows.set(key, row);
    }
    addLine(row, parsed.fieldText, parsed.timeMs);
  }
  return [...rows.values()].map(closeRow).sort(byGroupAndTime);
}

/** Committed lines of all raw streams that begin with a measurement's name, from segments that may hold the span. */
export async function* readLines(
  stateDir: string,
  measurement: string,
  fromMs: number,
  toMs: number,
  streams: readonly string[] = RAW_STREAMS,
): AsyncGenerator<string> {
  const starts = [`${measurement},`, `${measurement} `];
  for (const stream of streams) {
    for await (const chunk of openReader(streamFolder(stateDir, stream), stream).chunks({ fromMs, toMs })) {
      yield* linesStarting(chunk, starts);
    }
  }
}

function* linesStarting(chunk: string, starts: readonly string[]): Generator<string> {
  for (let at = 0; at < chunk.length; ) {
    const end = chunk.indexOf("\n", at);
    const stop = end < 0 ? chunk.length : end;
    if (starts.some((start) => chunk.startsWith(start, at))) yield chunk.slice(at, stop);
    at = stop + 1;
  }
}

function addLine(row: OpenRow, fieldText: string, timeMs: number): void {
  row.points++;
  row.newestMs = Math.max(row.newestMs, timeMs);
  forEachField(fieldText, (name, value) => {
    const last = row.lasts.get(name);
    if (last === undefined || timeMs >= last.timeMs) row.lasts.set(name, { timeMs, value });
    if ("integer" in value) row.sums.set(name, addExact(row.sums.get(name) ?? 0, value.integer));
    else if ("float" in value) row.sums.set(name, Number(row.sums.get(name) ?? 0) + value.float);
  });
}

function closeRow(row: OpenRow): HistoryRow {
  return {
    startMs: row.startMs,
    group: row.group,
    sums: Object.fromEntries(row.sums),
    lasts: Object.fromEntries([...row.lasts].map(([name, { value }]) => [name, value])),
    points: row.points,
    newestMs: row.newestMs,
  };
}

function byGroupAndTime(a: HistoryRow, b: HistoryRow): number {
  const [left, right] = [JSON.stringify(a.group), JSON.stringify(b.group)];
  if (left !== right) return left < right ? -1 : 1;
  return a.startMs - b.startMs;
}
