/**
 * The answers a report is made of, asked for in one pass; then how the caches were at its end.
 *
 * @module
 */
import { groupBy } from "../core/group-by.ts";
import {
  type Ask,
  cacheStates,
  clients,
  events,
  type HistoryEvent,
  type HistoryRow,
  type Question,
  type TrafficRow,
  totalSavings,
  traffic,
} from "../core/history/history.ts";
import type { Integer } from "../core/line/line.ts";
import { addExact } from "../core/line/line.ts";
import { measure, type SumOf, shown, WARMING_COST, WARMING_EFFECT } from "../core/measures.ts";
import type { Answers, Asked } from "./make-report.ts";
import type { Kind, Warming } from "./model.ts";

/** Sites with nothing in so many last days of a period are silent. */
const RECENT_MS = 7 * 86_400_000;
/** A status is read as old as this at the end of a period. */
const STATUS_MS = 2 * 86_400_000;
/** Most troubles a report lists. */
const MOST_TROUBLES = 200;
/** Kinds of event that are nobody's trouble. */
const FINE_EVENTS = ["run-start", "run-end", "registered"];

/** Asks for all a report says. */
export async function readAnswers(ask: Ask, asked: Asked): Promise<Answers> {
  const { period, timeZone, filter: tags, groupBy: tag } = asked;
  const base = { timeZone, tags };
  const groupBy = siteTags(tag);
  const recent = { fromMs: Math.max(period.fromMs, period.toMs - RECENT_MS), toMs: period.toMs };
  const status = { fromMs: Math.max(period.fromMs, period.toMs - STATUS_MS), toMs: period.toMs };
  const span = { fromMs: period.fromMs, toMs: period.toMs };
  const [buckets, before, sites, recentSites, recentCaches, runs, happened, devices] = await ask([
    traffic({ ...base, ...span, by: asked.by === "hour" ? "hour" : "day" }),
    traffic({ ...base, ...period.before, by: "all" }),
    traffic({ ...base, ...span, by: "all", groupBy }),
    traffic({ ...base, ...recent, by: "all", groupBy }),
    traffic({ ...base, ...status, by: "all", groupBy: ["server"] }),
    runSums({ ...base, ...span }),
    events({ ...span, tags, without: { event: FINE_EVENTS }, most: MOST_TROUBLES }),
    clients({ ...base, ...span, by: "all" }),
  ]);
  // days of readings of a fleet are long: they are read backwards, till every cache that served anything is found
  const servers = recentCaches.map(({ group }) => group["server"] ?? "");
  const [caches] = await ask([cacheStates({ ...status, tags, servers })]);
  return {
    buckets,
    before: before.length === 0 ? undefined : totalSavings(before),
    sites: sitesOf(sites, tag),
    recentSites: new Set(recentSites.map(({ group }) => siteName(group, tag))),
    kinds: kindsOf(caches.flatMap(({ content }) => content)),
    clients: devices,
    warming: warmingOf(runs, buckets),
    troubles: happened.slice(0, MOST_TROUBLES),
  };
}

export function isTrouble({ event }: HistoryEvent): boolean {
  return !FINE_EVENTS.includes(event);
}

/** Sums over the warming runs that ended. */
function runSums(query: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeZone: string;
  readonly tags: Readonly<Record<string, string>>;
}): Question<HistoryRow["sums"]> {
  return {
    sums: [{ ...query, by: "all", measurement: "precacherun", fields: ["planned", "warmed", "failed"] }],
    answer: ({ sums }) => sums[0]?.[0]?.sums ?? {},
  };
}

/** A site has the name of its tag; a cache without one has its own. */
function siteTags(tag: string): string[] {
  return [...new Set([tag, "server"])];
}

function siteName(group: Readonly<Record<string, string>>, tag: string): string {
  return group[tag] || group["server"] || "";
}

function sitesOf(rows: readonly TrafficRow[], tag: string): Answers["sites"] {
  const sites = groupBy(rows, ({ group }) => siteName(group, tag));
  return [...sites].map(([name, parts]) => ({ name, ...totalSavings(parts) }));
}

function warmingOf(runs: HistoryRow["sums"], rows: readonly TrafficRow[]): Warming | undefined {
  const sumOf: SumOf = (measurement, field) =>
    rows.reduce<Integer>((all, row) => addExact(all, row.sumOf(measurement, field)), 0);
  const cost = measure(WARMING_COST, sumOf);
  if (runs["planned"] === undefined && cost === 0) return undefined;
  return {
    warmed: Number(runs["warmed"] ?? 0),
    failed: Number(runs["failed"] ?? 0),
    bytesFromOrigin: cost,
    bytesServedFromDisk: shown(WARMING_EFFECT, measure(WARMING_EFFECT, sumOf)),
  };
}

/** What all caches held, by kind. */
export function kindsOf(content: readonly Kind[]): Kind[] {
  const kinds = new Map<string, number>();
  for (const { kind, bytes } of content) kinds.set(kind, (kinds.get(kind) ?? 0) + bytes);
  return [...kinds].filter(([, bytes]) => bytes > 0).map(([kind, bytes]) => ({ kind, bytes }));
}
