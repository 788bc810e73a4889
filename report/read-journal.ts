/**
 * The answers a report is made of, read from a journal.
 *
 * @module
 */
import { askSums, type HistoryQuery, queryHistory, type SumsRow } from "../core/history/history.ts";
import { SAVINGS_MEASUREMENTS, type SavingsRow, savingsOf, totalSavings } from "../core/history/savings.ts";
import type { Integer } from "../core/line/point.ts";
import { addExact } from "../core/line/sum.ts";
import { measure, shown, WARMING_COST, WARMING_EFFECT } from "../core/measures.ts";
import type { Answers, Asked } from "./make-report.ts";
import { type Kind, SOURCES, type Sources, type Trouble, type Warming } from "./model.ts";

/** Sites with nothing in so many last days of a period are silent. */
const RECENT_MS = 7 * 86_400_000;
/** A status is read as old as this at the end of a period. */
const STATUS_MS = 2 * 86_400_000;
/** Most troubles a report lists. */
const MOST_TROUBLES = 200;
/** Kinds of event that are nobody's trouble. */
const FINE_EVENTS: ReadonlySet<string> = new Set(["run-start", "run-end", "registered"]);

/** A span of what is asked, with its filter. */
type Part = Pick<HistoryQuery, "fromMs" | "toMs" | "by"> & Partial<HistoryQuery>;

/** Reads all a report says. */
export async function readJournal(stateDir: string, asked: Asked): Promise<Answers> {
  const { period, timeZone, filter: tags, groupBy: tag } = asked;
  const base = { timeZone, tags };
  const parts: readonly Part[] = [
    { ...period, by: asked.by === "hour" ? "hour" : "day" },
    { ...period.before, by: "all" },
    { ...period, by: "all", groupBy: siteTags(tag) },
    { fromMs: Math.max(period.fromMs, period.toMs - RECENT_MS), toMs: period.toMs, by: "all", groupBy: siteTags(tag) },
  ];
  const queries = parts.flatMap((part) =>
    SAVINGS_MEASUREMENTS.map((measurement) => ({ ...base, ...part, measurement })),
  );
  const runs: HistoryQuery = { ...base, ...period, by: "all", measurement: "precacherun" };
  const answers = await askSums(stateDir, [...queries, runs]);
  const rowsOf = (part: number): Row[] =>
    joinMeasurements(answers.slice(part * SAVINGS_MEASUREMENTS.length, (part + 1) * SAVINGS_MEASUREMENTS.length));
  const rows = rowsOf(0);
  const before = rowsOf(1);
  return {
    buckets: rows.map((row) => ({ ...savingsRow(row), sources: sourcesOf(row) })),
    before: before.length === 0 ? undefined : totalSavings(before.map(savingsRow)),
    sites: sitesOf(rowsOf(2), tag),
    recentSites: new Set(rowsOf(3).map(({ group }) => siteName(group, tag))),
    kinds: await readKinds(stateDir, asked),
    warming: warmingOf(answers.at(-1) ?? [], rows),
    troubles: await readTroubles(stateDir, asked),
  };
}

/** Sums of all measurements of a bucket of a group. */
interface Row extends Pick<SumsRow, "startMs" | "group"> {
  readonly sums: ReadonlyMap<string, Integer>;
}

function joinMeasurements(answers: readonly (readonly SumsRow[])[]): Row[] {
  const rows = new Map<string, Row & { sums: Map<string, Integer> }>();
  for (const [i, measurement] of SAVINGS_MEASUREMENTS.entries()) {
    for (const { startMs, group, sums } of answers[i] ?? []) {
      const key = `${startMs} ${JSON.stringify(group)}`;
      const row = rows.get(key) ?? { startMs, group, sums: new Map<string, Integer>() };
      rows.set(key, row);
      for (const [field, sum] of Object.entries(sums)) row.sums.set(`${measurement} ${field}`, sum);
    }
  }
  return [...rows.values()].sort((a, b) => a.startMs - b.startMs);
}

function savingsRow({ startMs, group, sums }: Row): SavingsRow {
  return { startMs, group, ...savingsOf((measurement, field) => sums.get(`${measurement} ${field}`)) };
}

function sourcesOf({ sums }: Row): Sources {
  const of = (source: string): Integer => sums.get(`bytestoclients bytes.from${source}.toclients`) ?? 0;
  const [cache, peers, parents, origin] = SOURCES.map(of) as [Integer, Integer, Integer, Integer];
  return { cache, peers, parents, origin };
}

/** A site has the name of its tag; a cache without one has its own. */
function siteTags(tag: string): string[] {
  return [...new Set([tag, "server"])];
}

function siteName(group: Readonly<Record<string, string>>, tag: string): string {
  return group[tag] || group["server"] || "";
}

function sitesOf(rows: readonly Row[], tag: string): Answers["sites"] {
  const sites = new Map<string, SavingsRow[]>();
  for (const row of rows) {
    const name = siteName(row.group, tag);
    sites.set(name, [...(sites.get(name) ?? []), savingsRow(row)]);
  }
  return [...sites].map(([name, parts]) => ({ name, ...totalSavings(parts) }));
}

function warmingOf(runs: readonly SumsRow[], rows: readonly Row[]): Warming | undefined {
  const sumOf = (measurement: string, field: string): Integer =>
    rows.reduce<Integer>((all, { sums }) => addExact(all, sums.get(`${measurement} ${field}`)), 0);
  const cost = measure(WARMING_COST, sumOf);
  const of = (field: string): number => runs.reduce((all, { sums }) => all + Number(sums[field] ?? 0), 0);
  if (runs.length === 0 && cost === 0) return undefined;
  return {
    warmed: of("warmed"),
    failed: of("failed"),
    bytesFromOrigin: cost,
    bytesServedFromDisk: shown(WARMING_EFFECT, measure(WARMING_EFFECT, sumOf)),
  };
}

/** What all caches held at the end of the period, by kind. */
async function readKinds(stateDir: string, { period, timeZone, filter: tags }: Asked): Promise<Kind[]> {
  const rows = await queryHistory(stateDir, {
    measurement: "cachecontent",
    fromMs: Math.max(period.fromMs, period.toMs - STATUS_MS),
    toMs: period.toMs,
    by: "all",
    timeZone,
    tags,
    groupBy: ["server", "kind"],
  });
  const kinds = new Map<string, number>();
  for (const { group, lasts } of rows) {
    const bytes = lasts["bytes"];
    const value = bytes !== undefined && "integer" in bytes ? Number(bytes.integer) : 0;
    const kind = group["kind"] ?? "";
    if (value > 0) kinds.set(kind, (kinds.get(kind) ?? 0) + value);
  }
  return [...kinds].map(([kind, bytes]) => ({ kind, bytes }));
}

async function readTroubles(stateDir: string, { period, timeZone, filter: tags }: Asked): Promise<Trouble[]> {
  const rows = await queryHistory(stateDir, {
    ...period,
    measurement: "events",
    by: "hour",
    timeZone,
    tags,
    groupBy: ["server", "event"],
  });
  const text = (value: unknown): string =>
    typeof value === "object" && value !== null && "text" in value ? String(value.text) : "";
  return rows
    .filter(({ group }) => !FINE_EVENTS.has(group["event"] ?? ""))
    .map(({ newestMs, group, lasts }) => ({
      timeMs: newestMs,
      server: group["server"] ?? "",
      title: text(lasts["title"]),
      text: text(lasts["text"]),
    }))
    .sort((a, b) => b.timeMs - a.timeMs)
    .slice(0, MOST_TROUBLES);
}
