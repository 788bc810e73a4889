/**
 * History from InfluxDB, by InfluxQL on `/query`: 1.x, and later ones that understand it (2.x maps a bucket to a database
 * of its name, 3 Core has both).
 *
 * @module
 */

import type { Wanted } from "../../../core/history/history.ts";
import { type FieldValue, type Integer, type ParsedLine, parseLine, pointLine } from "../../../core/line/line.ts";
import { influxName, influxText, tagList } from "../../../core/query/query.ts";
import { excerpt } from "../../../core/revealed.ts";
import { type FieldSchema, measurementSchema } from "../../../core/schema.ts";
import { asArray, asNumber, asObject, asText } from "../json-parts.ts";
import { parseExact } from "./exact-json.ts";
import { type HistoryServer, MOST_LINES, type ServerPlace, type WindowSums } from "./history-server.ts";
import type { SumPart } from "./parts.ts";
import { ask, queryError, refused, tooMany } from "./query-request.ts";

/** Where one destination wrote: a database, and a retention policy where it is not the default. */
export interface InfluxPlace extends ServerPlace {
  readonly database: string | undefined;
  readonly retentionPolicy: string | undefined;
}

/** One series of an answer. */
interface Series {
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** Statements of one request; the answer to each has its number. */
const MOST_STATEMENTS = 50;

/** The history of a server with two places. */
export function influxHistory(places: Readonly<Record<SumPart["store"], InfluxPlace>>): HistoryServer {
  return {
    async sums(parts) {
      const found: WindowSums[][] = parts.map(() => []);
      for (const store of ["raw", "rolled"] as const) {
        const here = [...parts.entries()].filter(([, part]) => part.store === store);
        for (let at = 0; at < here.length; at += MOST_STATEMENTS) {
          const asked = here.slice(at, at + MOST_STATEMENTS);
          const answers = await askStatements(
            places[store],
            asked.map(([, part]) => sumStatement(part)),
          );
          for (const [i, [index, part]] of asked.entries()) found[index] = windowsOf(answers[i] ?? [], part);
        }
      }
      return found;
    },
    async lines(wanted) {
      const [series = []] = await askStatements(places.raw, [lineStatement(wanted)]);
      const lines = series.flatMap((each) => linesOf(wanted.measurement, each));
      if (wanted.enough?.most === undefined && lines.length > MOST_LINES) throw tooMany(places.raw.url, MOST_LINES);
      return lines;
    },
  };
}

/** Sums of fields, each under its own name. */
export function sumStatement(part: SumPart): string {
  const { measurement, fields, tags, groupBy, fromMs, toMs, windowMs } = part;
  const sums = fields.map((field) => `sum(${influxName(field)}) AS ${influxName(field)}`).join(", ");
  const time =
    windowMs === undefined
      ? []
      : [`time(${windowMs / 1000}s, ${(((fromMs % windowMs) + windowMs) % windowMs) / 1000}s)`];
  const groups = [...time, ...(groupBy.length === 0 ? [] : [tagList(groupBy)])];
  const groupText = groups.length === 0 ? "" : ` GROUP BY ${groups.join(", ")}`;
  const fill = windowMs === undefined ? "" : " fill(none)";
  return `SELECT ${sums} FROM ${influxName(measurement)} WHERE ${where({ fromMs, toMs, tags })}${groupText}${fill}`;
}

/** Lines, the newest first. */
export function lineStatement({ measurement, fromMs, toMs, enough = {} }: Wanted): string {
  const from = `FROM ${influxName(measurement)} WHERE ${where({ fromMs, toMs, ...enough })}`;
  if (enough.newest === true) return `SELECT * ${from} GROUP BY * ORDER BY time DESC LIMIT 1`;
  return `SELECT * ${from} ORDER BY time DESC LIMIT ${enough.most ?? MOST_LINES + 1}`;
}

function where({
  fromMs,
  toMs,
  tags = {},
  without = {},
}: Pick<Wanted, "fromMs" | "toMs"> & Pick<NonNullable<Wanted["enough"]>, "tags" | "without">): string {
  return [
    `time >= ${fromMs}ms`,
    `time < ${toMs}ms`,
    ...Object.entries(tags).map(([tag, value]) => `${influxName(tag)} = ${influxText(value)}`),
    ...Object.entries(without).flatMap(([tag, no]) => no.map((value) => `${influxName(tag)} != ${influxText(value)}`)),
  ].join(" AND ");
}

/** The series of each statement. */
async function askStatements(place: InfluxPlace, statements: readonly string[]): Promise<Series[][]> {
  if (statements.length === 0) return [];
  const { database: db = "", retentionPolicy: rp } = place;
  const text = await ask(place, { db, ...(rp === undefined ? {} : { rp }), epoch: "ms", q: statements.join("; ") });
  let body: unknown;
  try {
    body = parseExact(text);
  } catch {
    throw queryError(place.url, `its answer is not JSON: ${excerpt(text, 100)}`, "check the sink's type and url");
  }
  const results = asArray(asObject(body)["results"]).map(asObject);
  const error = asObject(body)["error"] ?? results.find((result) => result["error"] !== undefined)?.["error"];
  if (error !== undefined) throw refused(place.url, 200, asText(error));
  return statements.map((_, i) => {
    const result = results.find((each) => each["statement_id"] === i) ?? results[i];
    return asArray(result?.["series"]).map(seriesOf);
  });
}

function seriesOf(value: unknown): Series {
  const series = asObject(value);
  return {
    tags: Object.fromEntries(Object.entries(asObject(series["tags"])).map(([tag, text]) => [tag, asText(text)])),
    columns: asArray(series["columns"]).map(asText),
    values: asArray(series["values"]).map(asArray),
  };
}

function windowsOf(series: readonly Series[], { windowMs, fromMs }: SumPart): WindowSums[] {
  return series.flatMap(({ tags, columns, values }) =>
    values.map((row) => {
      const sums = new Map<string, Integer>();
      columns.forEach((column, i) => {
        const value = row[i];
        if (column !== "time" && (typeof value === "number" || typeof value === "bigint")) sums.set(column, value);
      });
      return { windowStartMs: windowMs === undefined ? fromMs : asNumber(row[0]), group: tags, sums };
    }),
  );
}

/** Rows as lines; columns that are not fields of the schema are tags. */
function linesOf(measurement: string, { tags, columns, values }: Series): ParsedLine[] {
  const known = new Map(measurementSchema(measurement)?.fields.map((field) => [field.name, field]));
  return values.flatMap((row) => {
    const own: Record<string, string> = { ...tags };
    const fields: Record<string, FieldValue> = {};
    for (const [i, column] of columns.entries()) {
      const value = row[i];
      const schema = known.get(column);
      if (column === "time" || value === null || value === undefined) continue;
      const field = schema === undefined ? undefined : fieldValue(schema, value);
      if (schema === undefined) own[column] = asText(value);
      else if (field !== undefined) fields[column] = field;
    }
    const timeMs = asNumber(row[columns.indexOf("time")]);
    if (Object.keys(fields).length === 0 || !Number.isSafeInteger(timeMs)) return [];
    const line = parseLine(pointLine({ measurement, tags: own, fields, timeMs }));
    return line === undefined ? [] : [line];
  });
}

function fieldValue({ type }: FieldSchema, value: unknown): FieldValue | undefined {
  if (type === "text") return { text: asText(value) };
  if (type === "flag") return typeof value === "boolean" ? { flag: value } : undefined;
  if (typeof value === "bigint") return type === "integer" ? { integer: value } : { float: Number(value) };
  if (typeof value !== "number") return undefined;
  return type === "float" ? { float: value } : Number.isSafeInteger(value) ? { integer: value } : undefined;
}
