/**
 * The report as CSV that opens right in a spreadsheet: one table, a row for each stretch of time, site and kind.
 *
 * Spreadsheets read numbers by the language of the computer: a German one takes `0.93` for a text and `,` for the decimal
 * sign, so the separators follow the language of the report. Dates are ISO dates, which every one of them knows; amounts
 * are whole bytes. The mark at the beginning has Excel read UTF-8. Text that would run as a formula is guarded by a `'`.
 *
 * @module
 */
import { spreadsheetField } from "../core/csv-cell.ts";
import { localDate } from "../core/time/local-days.ts";
import type { ClientGroup, Report } from "./model.ts";
import type { Words } from "./words.ts";

const TITLES = [
  "part",
  "from",
  "name",
  "served",
  "from_caches",
  "from_apple",
  "saved",
  "hit_ratio",
  "has_data",
] as const;

type Cell = string | number | bigint | boolean | undefined;

/** The report as CSV, lines ended as RFC 4180 says. */
export function csv(report: Report, words: Words): string {
  const comma = new Intl.NumberFormat(words.locale).format(0.5).includes(",");
  const separator = comma ? ";" : ",";
  const rows: Cell[][] = [[...TITLES], ...rowsOf(report)];
  const line = (row: readonly Cell[]): string => row.map((cell) => field(cell, comma)).join(separator);
  return `\ufeff${rows.map(line).join("\r\n")}\r\n`;
}

function rowsOf(report: Report): Cell[][] {
  const { buckets, sites, kinds, total, timeZone, period, by } = report;
  const from = (ms: number): string => (by === "hour" ? new Date(ms).toISOString() : localDate(ms, timeZone));
  const amounts = ({ served, fromCaches, fromApple, saved, hitRatio }: Report["total"]): Cell[] => [
    served,
    fromCaches,
    fromApple,
    saved,
    hitRatio,
  ];
  return [
    ["total", from(period.fromMs), "", ...amounts(total), true],
    ...buckets.map((bucket): Cell[] => [
      by,
      from(bucket.startMs),
      "",
      // no data is not zero
      ...(bucket.hasData ? amounts(bucket) : [undefined, undefined, undefined, undefined, undefined]),
      bucket.hasData,
    ]),
    ...sites.map((site): Cell[] => ["site", from(period.fromMs), site.name, ...amounts(site), true]),
    ...kinds.map(({ kind, bytes }): Cell[] => ["held", from(period.toMs), kind, bytes]),
    ...clientRows(report.clients, from(period.fromMs)),
  ];
}

/** What devices were sent, in the column of what was served. */
function clientRows(clients: Report["clients"], start: string): Cell[][] {
  if (clients === undefined) return [];
  const rows = (kind: string, groups: readonly ClientGroup[]): Cell[][] =>
    groups.map(({ name, bytes }) => [kind, start, name, bytes]);
  return [
    ...rows("family", clients.families),
    ...rows("system", clients.systems),
    ...rows("model", clients.models),
    ...rows("file", clients.files),
  ];
}

function field(cell: Cell, comma: boolean): string {
  if (cell === undefined) return "";
  if (typeof cell === "number" && !Number.isInteger(cell)) {
    const text = cell.toFixed(4);
    return comma ? text.replace(".", ",") : text;
  }
  if (typeof cell !== "string") return String(cell);
  return spreadsheetField(cell);
}
