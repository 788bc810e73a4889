/**
 * The report as JSON for programs, and the schema that is published of it (docs/report.schema.json).
 *
 * @module
 */
import * as z from "zod";
import { changeOf, lineHoursOf, moneyOf, type Report } from "./model.ts";

const time = z.string().describe("ISO 8601, UTC");
// exact, also beyond 2^53: readers that need every digit parse it so
const bytes = z.union([z.int(), z.bigint()]).describe("bytes, a whole number");
const ratio = z.number().nullable().describe("a share, 0 to 1; null where there was nothing to divide");
const change = z.number().nullable().describe("against the time before, as a share; null where it has no data");

const savings = {
  served: bytes.describe("what devices got"),
  fromCaches: bytes.describe("of it, without Apple: from disk, peers and parents"),
  fromApple: bytes.describe("of it, over the WAN"),
  saved: bytes.describe("from the caches, less what warming was given; of a part it may be below zero"),
  hitRatio: ratio,
};
const sources = z.object({ cache: bytes, peers: bytes, parents: bytes, origin: bytes });

const clientGroups = z.array(
  z.object({
    name: z.string(),
    perDay: z.number().describe("devices on a day with data, on average; 0 for files"),
    requests: bytes.describe("files asked for"),
    bytes,
  }),
);

/** What `larder report --format json` prints. */
export const reportSchema = z.object({
  version: z.literal(1),
  made: time,
  from: time,
  to: time,
  timeZone: z.string(),
  by: z.enum(["hour", "day", "week", "month"]),
  filter: z.record(z.string(), z.string()).describe("only points with these tags"),
  total: z.object({ ...savings, sources }),
  before: z
    .object({ from: time, to: time, ...savings })
    .nullable()
    .describe("the time it is compared with; null where it has no data"),
  change: z.object({ served: change, saved: change, fromApple: change }),
  worth: z.object({
    currency: z.string(),
    saved: z.number().nullable().describe("money; null without a price"),
    lineHours: z.number().nullable().describe("hours for which the line would have been full; null without its speed"),
  }),
  buckets: z.array(z.object({ start: time, hasData: z.boolean(), ...savings, sources })),
  sites: z.array(z.object({ name: z.string(), outlier: z.enum(["lowHitRatio", "silent"]).nullable(), ...savings })),
  kinds: z.array(z.object({ kind: z.string(), bytes })).describe("held at the end"),
  clients: z
    .object({ families: clientGroups, systems: clientGroups, models: clientGroups, files: clientGroups })
    .nullable()
    .describe("devices that came, most requests first; null where nothing is known of them"),
  warming: z
    .object({ warmed: z.int(), failed: z.int(), bytesFromOrigin: bytes, bytesServedFromDisk: bytes })
    .nullable(),
  troubles: z.array(z.object({ time, server: z.string(), title: z.string(), text: z.string() })),
  gaps: z.array(z.object({ from: time, to: time, days: z.int() })).describe("days without data"),
  unknown: z
    .array(z.enum(["kinds", "clients", "warming", "troubles"]))
    .describe("parts that what was read cannot answer: nothing there means that nothing is known"),
});
export type ReportJson = z.input<typeof reportSchema>;

/** The report as `reportSchema` says; `bigint` where a number would not be exact. */
export function json(report: Report): ReportJson {
  const { period, total, before, worth } = report;
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    version: 1,
    made: iso(report.madeMs),
    from: iso(period.fromMs),
    to: iso(period.toMs),
    timeZone: report.timeZone,
    by: report.by,
    filter: report.filter,
    total: { ...savingsJson(total), sources: report.sources },
    before:
      before === undefined
        ? null
        : { from: iso(period.before.fromMs), to: iso(period.before.toMs), ...savingsJson(before) },
    change: {
      served: changeOf(total.served, before?.served) ?? null,
      saved: changeOf(total.saved, before?.saved) ?? null,
      fromApple: changeOf(total.fromApple, before?.fromApple) ?? null,
    },
    worth: {
      currency: worth.currency,
      saved: moneyOf(total.saved, worth) ?? null,
      lineHours: lineHoursOf(total.saved, worth) ?? null,
    },
    buckets: report.buckets.map(({ startMs, hasData, sources: of, ...rest }) => ({
      start: iso(startMs),
      hasData,
      ...savingsJson(rest),
      sources: of,
    })),
    sites: report.sites.map(({ name, outlier, ...rest }) => ({ name, outlier: outlier ?? null, ...savingsJson(rest) })),
    kinds: report.kinds.map(({ kind, bytes: held }) => ({ kind, bytes: held })),
    clients: report.clients === undefined ? null : clientsJson(report.clients),
    warming: report.warming ?? null,
    troubles: report.troubles.map(({ timeMs, server, title, text }) => ({ time: iso(timeMs), server, title, text })),
    gaps: report.gaps.map(({ fromMs, toMs, days }) => ({ from: iso(fromMs), to: iso(toMs), days })),
    unknown: [...report.unknown],
  };
}

function clientsJson({ families, systems, models, files }: NonNullable<Report["clients"]>) {
  const copy = (groups: typeof families) => groups.map((group) => ({ ...group }));
  return { families: copy(families), systems: copy(systems), models: copy(models), files: copy(files) };
}

function savingsJson({ served, fromCaches, fromApple, saved, hitRatio }: Report["total"]) {
  return { served, fromCaches, fromApple, saved, hitRatio: hitRatio ?? null };
}
