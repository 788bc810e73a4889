/**
 * From what was read to what a report says: buckets without data, sites in order, outliers, gaps. Pure.
 *
 * @module
 */

import { groupBy } from "../core/group-by.ts";
import {
  addSavings,
  type Clients,
  periodStart,
  type Savings,
  type SavingsRow,
  totalSavings,
} from "../core/history/history.ts";
import type { Integer } from "../core/line/line.ts";
import { addExact } from "../core/line/line.ts";
import type { TrafficSource } from "../core/measures.ts";
import { type BucketUnit, bucketStart, nextBucket } from "../core/time/local-days.ts";
import { reportClients } from "./clients.ts";
import type { Bucket, Gap, Kind, Report, Site, Sources, Trouble, Warming } from "./model.ts";
import type { Period } from "./period.ts";

/** What was read for a report. */
export interface Answers {
  readonly buckets: readonly (SavingsRow & { readonly sources: Sources })[];
  readonly before: Savings | undefined;
  readonly sites: readonly (Savings & { readonly name: string })[];
  /** Names of those with data in the last days of the period. */
  readonly recentSites: ReadonlySet<string>;
  readonly kinds: readonly Kind[];
  readonly clients?: Clients | undefined;
  readonly warming: Warming | undefined;
  readonly troubles: readonly Trouble[];
}

/** The rest of a report: what was asked, and who asks. */
export type Asked = Pick<
  Report,
  "madeMs" | "timeZone" | "period" | "by" | "organisation" | "logo" | "filter" | "groupBy" | "worth"
> &
  Partial<Pick<Report, "unknown">>;

/** Fewer sites have no outliers. */
const FEWEST_FOR_OUTLIERS = 5;
/** A hit ratio this far below the median, in shares, and below three times the usual deviation, is worth a name. */
const LEAST_DISTANCE = 0.1;

/** Makes the report of what was read. */
export function makeReport(asked: Asked, answers: Answers): Report {
  const unit = asked.by === "hour" ? "hour" : "day";
  const known = new Map(answers.buckets.map((row) => [row.startMs, row]));
  const starts = startsOf(asked.period, unit, asked.timeZone);
  const fine = starts.map((startMs) => bucketAt(startMs, known.get(startMs)));
  const sites = rankSites(answers);
  return {
    ...asked,
    total: totalSavings(answers.buckets),
    sources: addSources(answers.buckets.map(({ sources }) => sources)),
    before: answers.before,
    buckets: asked.by === "week" || asked.by === "month" ? coarser(fine, asked.by, asked.timeZone) : fine,
    sites: sites.sites,
    medianHitRatio: sites.median,
    unknown: asked.unknown ?? [],
    clients: answers.clients === undefined ? undefined : reportClients(answers.clients, daysWithData(answers, asked)),
    kinds: [...answers.kinds].sort((a, b) => b.bytes - a.bytes),
    warming: answers.warming,
    troubles: answers.troubles,
    gaps: gapsOf(
      answers.buckets.map(({ startMs }) => startMs),
      asked.period,
      asked.timeZone,
    ),
  };
}

function daysWithData({ buckets }: Answers, { timeZone }: Asked): number {
  return new Set(buckets.map(({ startMs }) => bucketStart(startMs, "day", timeZone))).size;
}

const NOTHING: Savings = { served: 0, fromCaches: 0, fromApple: 0, saved: 0, hitRatio: undefined };
const NO_SOURCES: Sources = { cache: 0, peers: 0, parents: 0, origin: 0 };

function bucketAt(startMs: number, row: Answers["buckets"][number] | undefined): Bucket {
  return row === undefined
    ? { startMs, ...NOTHING, sources: NO_SOURCES, hasData: false }
    : { ...savingsPart(row), startMs, sources: row.sources, hasData: true };
}

function savingsPart({ served, fromCaches, fromApple, saved, hitRatio }: Savings): Savings {
  return { served, fromCaches, fromApple, saved, hitRatio };
}

function coarser(days: readonly Bucket[], period: "week" | "month", timeZone: string): Bucket[] {
  const parts = groupBy(days, ({ startMs }) => periodStart(startMs, period, timeZone));
  return [...parts].map(([startMs, of]) => ({
    ...addSavings(of),
    startMs,
    sources: addSources(of.map(({ sources }) => sources)),
    hasData: of.some(({ hasData }) => hasData),
  }));
}

function startsOf({ fromMs, toMs }: Period, unit: BucketUnit, timeZone: string): number[] {
  const starts: number[] = [];
  for (let at = bucketStart(fromMs, unit, timeZone); at < toMs; at = nextBucket(at, unit, timeZone)) starts.push(at);
  return starts;
}

function addSources(parts: readonly Sources[]): Sources {
  const sum = (name: TrafficSource): Integer => parts.reduce<Integer>((all, part) => addExact(all, part[name]), 0);
  return { cache: sum("cache"), peers: sum("peers"), parents: sum("parents"), origin: sum("origin") };
}

function rankSites({ sites, recentSites }: Answers): { sites: Site[]; median: number | undefined } {
  const ratios = sites.map(({ hitRatio }) => hitRatio).filter((each) => each !== undefined);
  const median = ratios.length < FEWEST_FOR_OUTLIERS ? undefined : middle(ratios);
  // 1.4826: a median of distances in units of a normal distribution's deviation
  const deviation = median === undefined ? 0 : 1.4826 * middle(ratios.map((each) => Math.abs(each - median)));
  const floor = median === undefined ? 0 : median - Math.max(LEAST_DISTANCE, 3 * deviation);
  const ranked = sites.map((site): Site => {
    const low = site.hitRatio !== undefined && site.hitRatio < floor;
    // where none has recent data, it is the collector that stopped, and the gaps say so
    const silent = recentSites.size > 0 && !recentSites.has(site.name);
    const outlier = silent ? "silent" : low ? "lowHitRatio" : undefined;
    return { ...savingsPart(site), name: site.name, outlier };
  });
  return { sites: ranked.sort((a, b) => Number(b.served) - Number(a.served) || (a.name < b.name ? -1 : 1)), median };
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
}

/** Runs of days without data. A day of the hours of which at least one has data is not a gap. */
function gapsOf(starts: readonly number[], period: Period, timeZone: string): Gap[] {
  const days = new Set(starts.map((startMs) => bucketStart(startMs, "day", timeZone)));
  const gaps: Gap[] = [];
  let open: { fromMs: number; toMs: number; days: number } | undefined;
  for (const dayMs of startsOf(period, "day", timeZone)) {
    if (days.has(dayMs)) {
      open = undefined;
      continue;
    }
    const endMs = nextBucket(dayMs, "day", timeZone);
    if (open === undefined) {
      open = { fromMs: dayMs, toMs: endMs, days: 1 };
      gaps.push(open);
    } else {
      open.toMs = endMs;
      open.days++;
    }
  }
  return gaps;
}
