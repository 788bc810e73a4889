/**
 * A report ▶ lines of the journal. Pure.
 *
 * Its counters are those of one period, as the rows of Metrics.db are, and have the time of `creationDate`; how the cache
 * is has the time of `reportDate`. A cache that is idle repeats its last counters in each report: they are written once.
 *
 * @module
 */
import { type Neighbour, sizeBytes } from "../../core/cache/cache.ts";
import { type FieldValue, fieldText, tagText } from "../../core/line/line.ts";
import { REPORT_PROPERTIES } from "../mapping/mapping.ts";
import type { Report } from "./report.ts";

/** Lines, each with its newline. */
export interface ReportLines {
  readonly text: string;
  readonly count: number;
}

/** What of a report is wanted. */
export interface LinesWanted {
  /** Escaped text of the tags on every line. */
  readonly tags: string;
  /** False where they were written before, or another source counts the same bytes. */
  readonly counters: boolean;
  /** Whether what hardly changes is due. */
  readonly host: boolean;
  /** Clock of the receiver, Unix milliseconds, where it is due to say that the cache is heard of. */
  readonly heardMs: number | undefined;
}

/** A property that becomes one field. */
interface Column {
  readonly property: string;
  readonly field: string;
}

/** Written by hand below, because more than one property makes a field, or a field is not the property as it is. */
const OWN = new Set([
  ...["serverGUID", "creationDate", "period", "reportPeriod", "recentErrors", "averageAssetSizeInM"],
  ...["registrationError", "actualCacheUsed", "cacheUsed", "cacheFree", "cacheLimit", "cacheDetails"],
  ...["parents", "peers", "personalCacheLimit", "personalCacheFree", "cpuLoad", "startupStatus"],
]);

/** By measurement: the properties that are its fields as they are. */
const COLUMNS: ReadonlyMap<string, readonly Column[]> = columnsByMeasurement();

function columnsByMeasurement(): Map<string, Column[]> {
  const columns = new Map<string, Column[]>();
  for (const [property, { place }] of REPORT_PROPERTIES) {
    if (place === undefined || OWN.has(property)) continue;
    const list = columns.get(place.measurement) ?? [];
    list.push({ property, field: place.field });
    columns.set(place.measurement, list);
  }
  return columns;
}

/** Measurements that hold counters of reports. */
export const COUNTER_MEASUREMENTS: readonly string[] = [
  ...new Set(
    [...REPORT_PROPERTIES.values()].flatMap(({ group, place }) =>
      group === "counter" && place !== undefined ? [place.measurement] : [],
    ),
  ),
];

/** In their order: a list, as a dictionary of so many keys is slow to make and to walk. */
type Fields = readonly (readonly [field: string, value: FieldValue | undefined])[];

/** The lines of a report. */
export function reportLines(report: Report, { tags, counters, host, heardMs }: LinesWanted): ReportLines {
  const stamp = { tags, timeMs: report.reportMs };
  const lines = [
    ...(counters ? counterLines(report, tags) : []),
    line("cachestatus", statusFields(report), stamp),
    ...contentLines(report, stamp),
    ...neighbourLines(report, stamp),
    line("cachereport", reportFields(report), stamp),
    host ? line("cachehost", hostFields(report), stamp) : "",
    heardMs === undefined ? "" : line("larder", collectedFields(report, heardMs), stamp),
  ].filter((each) => each !== "");
  return { text: lines.join(""), count: lines.length };
}

/** Whether it has counters that say anything: as Apple's databases, nothing is written where all are zero. */
export function hasCounters({ numbers }: Report): boolean {
  return COUNTER_MEASUREMENTS.some((measurement) => isCounted(measurement, numbers));
}

function isCounted(measurement: string, numbers: ReadonlyMap<string, number>): boolean {
  return (COLUMNS.get(measurement) ?? []).some(({ property }) => (numbers.get(property) ?? 0) !== 0);
}

function counterLines(report: Report, tags: string): string[] {
  const fields = Object.entries(counterFields(report));
  return fields.map(([measurement, text]) => `${measurement}${tags} ${text} ${report.countedMs}\n`);
}

/** Its counters that say anything, as text of fields, by measurement. */
export function counterFields(report: Report): Record<string, string> {
  const counted = COUNTER_MEASUREMENTS.filter((measurement) => isCounted(measurement, report.numbers));
  return Object.fromEntries(counted.map((measurement) => [measurement, fieldsText(plain(measurement, report))]));
}

/** The fields that are properties as they are. */
function plain(measurement: string, { numbers, texts, flags }: Report): Fields {
  return (COLUMNS.get(measurement) ?? []).map(({ property, field }) => {
    const number = numbers.get(property);
    if (number !== undefined) return [field, { integer: number }];
    const said = texts.get(property);
    return [field, said !== undefined ? { text: said } : flagOf(flags.get(property))];
  });
}

function statusFields(report: Report): Fields {
  const { numbers, flags, neighbours } = report;
  const [free, limit, error] = ["cacheFree", "cacheLimit", "registrationError"].map((name) => numbers.get(name));
  const allocated = numbers.get("cacheUsed");
  return [
    ...plain("cachestatus", report),
    ["used", integer(numbers.get("actualCacheUsed") ?? allocated)],
    ["allocated", integer(allocated)],
    ["free", integer(free === undefined ? undefined : Math.max(0, free))],
    ["diskexceeded", flagOf(free === undefined ? undefined : free < 0)],
    ["limit", integer(limit === 0 ? undefined : limit)],
    ["startup.ok", flagOf(flags.get("startupStatus"))],
    // empty rather than absent: the last error would else be shown forever
    ["registration.error", { text: error === undefined || error === 0 ? "" : `error ${error}` }],
    ["parents", integer(neighbours.get("parents")?.length)],
    ["peers", integer(neighbours.get("peers")?.length)],
  ];
}

function reportFields(report: Report): Fields {
  const { numbers, texts } = report;
  const [average, limit, free] = ["averageAssetSizeInM", "personalCacheLimit", "personalCacheFree"].map((name) =>
    numbers.get(name),
  );
  const recent = texts.get("recentErrors");
  return [
    ["guid", { text: report.guid }],
    ["counted", { integer: report.countedMs }],
    ["period", float(numbers.get("period"))],
    ["report.period", float(numbers.get("reportPeriod"))],
    ...plain("cachereport", report),
    ["load", float(numbers.get("cpuLoad"))],
    ["assets.average", integer(average === undefined ? undefined : Math.min(average * 1e6, Number.MAX_SAFE_INTEGER))],
    ["personal.free", integer(free === undefined ? undefined : Math.max(0, free))],
    ["personal.limit", integer(limit === 0 ? undefined : limit)],
    ["errors", integer(recent === undefined ? undefined : errorCount(recent))],
    ["errors.recent", recent === undefined ? undefined : { text: recent }],
  ];
}

/** The receiver is the collector of a cache that reports: who looks for one that is silent finds both kinds alike. */
function collectedFields({ countedMs }: Report, heardMs: number): Fields {
  return [
    ["up", { integer: 1 }],
    ["lag", { float: Math.max(0, heardMs - countedMs) / 1000 }],
  ];
}

/** What a cache is and how it is set. */
function hostFields(report: Report): Fields {
  return [["guid", { text: report.guid }], ...plain("cachehost", report)];
}

/** Changes when one of the fields of `cachehost` does. */
export function hostText(report: Report): string {
  return line("cachehost", hostFields(report), { tags: "", timeMs: 0 });
}

/** Errors of `404 : 10 : 2, 503 : 1 : 4`: six. */
function errorCount(recent: string): number {
  return recent.split(",").reduce((sum, triple) => sum + Number(/:\s*(\d{1,9})\s*$/.exec(triple)?.[1] ?? 0), 0);
}

/** Sizes by kind in `iCloud: 1.83GB iOS Software: 487KB`. */
function contentOf(details: string): Map<string, number> {
  const content = new Map<string, number>();
  const pattern = /([^:]{1,100}):\s*(Zero|-?\d{1,15}(?:[.,]\d{1,3})?)\s*([A-Za-z]{1,5})(?:[\s,;]+|$)/y;
  for (let found = pattern.exec(details); found !== null; found = pattern.exec(details)) {
    const [, kind = "", size = "", unit = ""] = found;
    const bytes = sizeBytes(`${size} ${unit === "B" ? "bytes" : unit}`);
    if (bytes !== undefined && bytes >= 0) content.set(kind.trim(), bytes);
  }
  return content;
}

interface Stamp {
  readonly tags: string;
  readonly timeMs: number;
}

function contentLines({ texts }: Report, stamp: Stamp): string[] {
  return [...contentOf(texts.get("cacheDetails") ?? "")].map(([kind, bytes]) =>
    line("cachecontent", [["bytes", { integer: bytes }]], { ...stamp, tags: `${stamp.tags}${tagText({ kind })}` }),
  );
}

function neighbourLines({ neighbours }: Report, stamp: Stamp): string[] {
  const lineOf = (role: string, each: Neighbour): string => {
    const peer = each.address;
    if (peer === undefined || peer === "") return "";
    const fields: Fields = [
      ["healthy", flagOf(each.healthy)],
      ["friendly", flagOf(each.friendly)],
    ];
    return line("cachepeers", fields, { ...stamp, tags: `${stamp.tags}${tagText({ peer, role })}` });
  };
  return ["parents", "peers"].flatMap((list) =>
    // by address, as it is their tag
    [...new Map((neighbours.get(list) ?? []).map((each) => [each.address, each])).values()].map((each) =>
      lineOf(list.slice(0, -1), each),
    ),
  );
}

function integer(value: number | undefined): FieldValue | undefined {
  return value === undefined ? undefined : { integer: value };
}

function float(value: number | undefined): FieldValue | undefined {
  return value === undefined ? undefined : { float: value };
}

function flagOf(value: boolean | undefined): FieldValue | undefined {
  return value === undefined ? undefined : { flag: value };
}

/** A line with its newline; empty when no field is known. */
function line(measurement: string, fields: Fields, { tags, timeMs }: Stamp): string {
  const text = fieldsText(fields);
  return text === "" ? "" : `${measurement}${tags} ${text} ${timeMs}\n`;
}

function fieldsText(fields: Fields): string {
  let text = "";
  for (const [field, value] of fields) {
    // our own names: none needs an escape
    if (value !== undefined) text += `${text === "" ? "" : ","}${field}=${fieldText(value)}`;
  }
  return text;
}
