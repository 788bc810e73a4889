/**
 * History from VictoriaMetrics, by MetricsQL. It keeps numbers as doubles and no texts: sums are exact up to 2^53, and what
 * is only words, such as events, is not there.
 *
 * @module
 */

import pMap from "p-map";
import type { Wanted } from "../../../core/history/history.ts";
import {
  type FieldValue,
  fromBigInt,
  type Integer,
  type ParsedLine,
  parseLine,
  pointLine,
} from "../../../core/line/line.ts";
import { byTags, metricsMatcher, metricsSelector, metricsText } from "../../../core/query/query.ts";
import { excerpt } from "../../../core/revealed.ts";
import { type FieldSchema, measurementSchema } from "../../../core/schema.ts";
import { asArray, asNumber, asObject, asText } from "../json-parts.ts";
import { type HistoryServer, MOST_LINES, type ServerPlace, type WindowSums } from "./history-server.ts";
import type { SumPart } from "./parts.ts";
import { ask, queryError, tooMany } from "./query-request.ts";

/** Where one destination wrote. */
export interface VictoriaPlace extends ServerPlace {
  /** The base of its query side; `url` of the requests is below it. */
  readonly database: string | undefined;
}

/** Keeps the fields of one question apart. */
const FIELD_LABEL = "larder_field";
const TIME_LABEL = "larder_time";
const AT_ONCE = 4;
/** Labels of a series that are not our tags. */
const NOT_TAGS: ReadonlySet<string> = new Set(["__name__", "db", FIELD_LABEL, TIME_LABEL]);

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Pairs of Unix seconds and a number as text. */
  readonly values: readonly (readonly [number, string])[];
}

/** The history of a server with two places. */
export function victoriaHistory(places: Readonly<Record<SumPart["store"], VictoriaPlace>>): HistoryServer {
  return {
    sums: async (parts) =>
      await pMap(parts, async (part) => windowsOf(await askSums(places[part.store], part), part), {
        concurrency: AT_ONCE,
      }),
    async lines(wanted) {
      if (wanted.enough?.newest !== true) return [];
      const text = newestText(wanted, databaseMatcher(places.raw));
      if (text === undefined) return [];
      const series = await askSeries(places.raw, "/api/v1/query", { query: text, time: seconds(wanted.toMs - 1) });
      if (series.length > MOST_LINES) throw tooMany(places.raw.url, MOST_LINES);
      return newestLines(wanted.measurement, series);
    },
  };
}

async function askSums(place: VictoriaPlace, part: SumPart): Promise<Series[]> {
  const { fromMs, toMs, windowMs } = part;
  const query = sumText(part, databaseMatcher(place));
  // a window ends with the last millisecond that belongs to it
  if (windowMs === undefined) return await askSeries(place, "/api/v1/query", { query, time: seconds(toMs - 1) });
  const count = Math.round((toMs - fromMs) / windowMs);
  const first = fromMs + windowMs - 1;
  return await askSeries(place, "/api/v1/query_range", {
    query,
    start: seconds(first),
    end: seconds(first + (count - 1) * windowMs),
    step: seconds(windowMs),
  });
}

/** Sums of fields, each with its name in a label. @param matchers conditions besides the tags */
export function sumText(part: SumPart, matchers: readonly string[] = []): string {
  const { measurement, fields, tags, groupBy, fromMs, toMs, windowMs = toMs - fromMs } = part;
  const conditions = [...matchers, ...Object.entries(tags).map(([tag, value]) => metricsMatcher(tag, value))].join(",");
  const sums = fields.map((field) => {
    const points = `${metricsSelector({ measurement, fields: [field] }, conditions)}[${windowMs}ms]`;
    return labelled(`sum${byTags(groupBy)} (sum_over_time(${points}))`, FIELD_LABEL, field);
  });
  return `union(${sums.join(", ")})`;
}

/** The newest value of every field, and its time; undefined where the measurement has no numbers. */
function newestText(
  { measurement, fromMs, toMs, enough = {} }: Wanted,
  matchers: readonly string[] = [],
): string | undefined {
  const conditions = [
    ...matchers,
    ...Object.entries(enough.tags ?? {}).map(([tag, value]) => metricsMatcher(tag, value)),
  ].join(",");
  const newest = numbersOf(measurement).flatMap(({ name }) => {
    const points = `${metricsSelector({ measurement, fields: [name] }, conditions)}[${toMs - fromMs}ms]`;
    return [
      labelled(`last_over_time(${points})`, FIELD_LABEL, name),
      labelled(`tlast_over_time(${points})`, TIME_LABEL, name),
    ];
  });
  return newest.length === 0 ? undefined : `union(${newest.join(", ")})`;
}

function labelled(expression: string, label: string, value: string): string {
  return `label_set(${expression}, "${label}", ${metricsText(value)})`;
}

function numbersOf(measurement: string): FieldSchema[] {
  return measurementSchema(measurement)?.fields.filter(({ type }) => type !== "text") ?? [];
}

function databaseMatcher({ database }: VictoriaPlace): string[] {
  return database === undefined ? [] : [metricsMatcher("db", database)];
}

async function askSeries(
  place: VictoriaPlace,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Series[]> {
  const url = `${place.url}${path}`;
  // earlier answers, and a delay for points still under way, would each leave something out
  const text = await ask({ ...place, url }, { ...form, nocache: "1" });
  try {
    const { result } = asObject(asObject(JSON.parse(text))["data"]);
    if (!Array.isArray(result)) throw new Error("no result");
    return result.map(seriesOf);
  } catch {
    const next = "check the sink's type and url; of a cluster, set queryUrl";
    throw queryError(url, `its answer is not one of VictoriaMetrics: ${excerpt(text, 100)}`, next);
  }
}

function seriesOf(series: unknown): Series {
  const { metric, value, values } = asObject(series);
  const pairs = values === undefined ? [value] : asArray(values);
  return {
    metric: Object.fromEntries(Object.entries(asObject(metric)).map(([label, text]) => [label, asText(text)])),
    values: pairs.filter(Array.isArray).map(([at, text]) => [asNumber(at), asText(text)]),
  };
}

function windowsOf(series: readonly Series[], { groupBy, windowMs, fromMs }: SumPart): WindowSums[] {
  const windows = new Map<string, WindowSums & { readonly sums: Map<string, Integer> }>();
  for (const { metric, values } of series) {
    const field = metric[FIELD_LABEL];
    if (field === undefined) continue;
    const group = Object.fromEntries(groupBy.map((tag) => [tag, metric[tag] ?? ""]));
    const groupKey = JSON.stringify(group);
    for (const [at, text] of values) {
      const sum = wholeOf(text);
      const windowStartMs = windowMs === undefined ? fromMs : Math.round(at * 1000) + 1 - windowMs;
      if (sum === undefined) continue;
      const key = `${windowStartMs} ${groupKey}`;
      const known = windows.get(key) ?? { windowStartMs, group, sums: new Map<string, Integer>() };
      known.sums.set(field, sum);
      windows.set(key, known);
    }
  }
  return [...windows.values()];
}

/** A number of an answer; whole ones beyond 2^53 are as exact as a double is. */
function wholeOf(text: string): Integer | undefined {
  const value = Number(text);
  if (!Number.isFinite(value) || text === "") return undefined;
  return Number.isInteger(value) ? fromBigInt(BigInt(value)) : value;
}

/** One line of each set of tags, with the newest value of each field. */
function newestLines(measurement: string, series: readonly Series[]): ParsedLine[] {
  const types = new Map(numbersOf(measurement).map(({ name, type }) => [name, type]));
  const points = new Map<
    string,
    { tags: Record<string, string>; fields: Record<string, FieldValue>; timeMs: number }
  >();
  for (const { metric, values } of series) {
    const tags = Object.fromEntries(Object.entries(metric).filter(([tag]) => !NOT_TAGS.has(tag)));
    const key = JSON.stringify(Object.entries(tags).sort());
    const point = points.get(key) ?? { tags, fields: {}, timeMs: Number.NEGATIVE_INFINITY };
    points.set(key, point);
    const number = Number(values[0]?.[1]);
    const [field, timed] = [metric[FIELD_LABEL], metric[TIME_LABEL]];
    if (timed !== undefined) point.timeMs = Math.max(point.timeMs, Math.round(number * 1000));
    else if (field !== undefined && Number.isFinite(number)) point.fields[field] = fieldValue(types.get(field), number);
  }
  return [...points.values()].flatMap(({ tags, fields, timeMs }) => {
    if (!Number.isSafeInteger(timeMs) || Object.keys(fields).length === 0) return [];
    const line = parseLine(pointLine({ measurement, tags, fields, timeMs }));
    return line === undefined ? [] : [line];
  });
}

function fieldValue(type: FieldSchema["type"] | undefined, number: number): FieldValue {
  if (type === "flag") return { flag: number !== 0 };
  return type === "integer" && Number.isSafeInteger(number) ? { integer: number } : { float: number };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
