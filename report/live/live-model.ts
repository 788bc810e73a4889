/**
 * What a live page says, before it has a form: of one cache, or of all of them. Pure.
 *
 * The last days are a `Report`, so that the page shows them as a report does; the rest is what only "now" has.
 *
 * @module
 */
import type { Finding } from "../../core/finding.ts";
import { type CacheState, type Pass, type Savings, type TrafficRow, totalSavings } from "../../core/history/history.ts";
import { bucketsBefore, nextBucket } from "../../core/time/local-days.ts";
import { type Answers, makeReport } from "../make-report.ts";
import type { Bucket, Report, Worth } from "../model.ts";
import { periodOf } from "../period.ts";
import { isTrouble, kindsOf } from "../read-answers.ts";
import type { AlertView } from "./alert-view.ts";
import { DAYS } from "./live-day.ts";
import type { CacheFacts } from "./live-state.ts";
import { ALL } from "./running-traffic.ts";
import { hourOfDay } from "./usual-day.ts";
import type { WatchedRun } from "./warming-run.ts";

/** A place that lines are shipped to. */
export interface SinkView {
  readonly name: string;
  readonly place: string;
  readonly movedMs: number | undefined;
  readonly backlogBytes: number;
  readonly rejectBytes: number;
}

/** How the collector's pipe is, and what is wrong. */
export interface Health {
  readonly findings: readonly Finding[];
  readonly sinks: readonly SinkView[];
}

/** An hour of today. */
export interface LiveHour extends Bucket {
  /** Not begun yet. */
  readonly isAhead: boolean;
  /** Served in this hour on a usual day; undefined where nothing is known of past weeks. */
  readonly usual: number | undefined;
}

export interface Today {
  readonly total: Savings;
  readonly hours: readonly LiveHour[];
  /** Past days the usual one was made of. */
  readonly usualDays: number;
  /** Served by this time on a usual day. */
  readonly usualSoFar: number | undefined;
}

/** A cache in the table of all. */
export interface CacheRow {
  readonly server: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly today: Savings | undefined;
  readonly state: CacheState | undefined;
  readonly heardMs: number | undefined;
  /** What is wrong and has no alert. */
  readonly findings: readonly Finding[];
  readonly alerts: readonly AlertView[];
}

export interface LiveModel {
  /** Undefined: all caches. */
  readonly server: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly nowMs: number;
  readonly timeZone: string;
  readonly organisation: string | undefined;
  readonly newestRowMs: number | undefined;
  readonly heardMs: number | undefined;
  /** What is wrong and has no alert: of one cache, or of the pipe. */
  readonly findings: readonly Finding[];
  /** What fires, of one cache or of all; undefined where nobody looks for alerts. */
  readonly alerts: readonly AlertView[] | undefined;
  readonly today: Today;
  readonly state: CacheState | undefined;
  readonly pass: Pass | undefined;
  readonly sinks: readonly SinkView[];
  /** Newest first. */
  readonly runs: readonly WatchedRun[];
  readonly report: Report;
  /** Where there are several. */
  readonly caches: readonly CacheRow[];
}

/** What a model is made of. */
export interface LiveParts {
  readonly facts: CacheFacts;
  readonly nowMs: number;
  readonly timeZone: string;
  readonly today: { readonly fromMs: number; readonly toMs: number };
  readonly organisation: string | undefined;
  readonly worth: Worth;
  readonly health: Health;
  readonly alerts: readonly AlertView[] | undefined;
  readonly runs: readonly WatchedRun[];
  readonly caches: readonly CacheRow[];
}

export function liveModel(parts: LiveParts): LiveModel {
  const { facts, nowMs, timeZone, organisation, health, runs, caches } = parts;
  return {
    server: facts.server === ALL ? undefined : facts.server,
    tags: facts.tags,
    nowMs,
    timeZone,
    organisation,
    newestRowMs: facts.newestRowMs,
    heardMs: facts.heardMs,
    findings: health.findings,
    alerts: parts.alerts,
    today: todayOf(parts),
    state: facts.state,
    pass: facts.pass,
    sinks: health.sinks,
    runs,
    report: reportOf(parts),
    caches,
  };
}

const NO_SOURCES = { cache: 0, peers: 0, parents: 0, origin: 0 };
const HOUR_MS = 3_600_000;

function todayOf({ facts, nowMs, timeZone, today }: LiveParts): Today {
  const known = new Map(facts.hours.map((row) => [row.startMs, row]));
  const hours: LiveHour[] = [];
  for (let startMs = today.fromMs; startMs < today.toMs; startMs = nextBucket(startMs, "hour", timeZone)) {
    const row = known.get(startMs);
    const usual = facts.usual?.served[hourOfDay(startMs, timeZone)];
    const heard = facts.heardHours.has(startMs);
    hours.push({ ...bucketOf(startMs, row, heard), isAhead: startMs > nowMs, usual });
  }
  const past = hours.filter(({ startMs }) => startMs <= nowMs);
  return {
    total: totalSavings(facts.hours),
    hours,
    usualDays: facts.usual?.days ?? 0,
    usualSoFar:
      facts.usual === undefined
        ? undefined
        : past.reduce((sum, { startMs, usual = 0 }) => sum + usual * Math.min(1, (nowMs - startMs) / HOUR_MS), 0),
  };
}

/** An hour in which the cache was heard of and wrote no row is one without traffic; otherwise nothing is known of it. */
function bucketOf(startMs: number, row: TrafficRow | undefined, heard: boolean): Bucket {
  if (row === undefined) return { startMs, ...totalSavings([]), sources: NO_SOURCES, hasData: heard };
  const { served, fromCaches, fromApple, saved, hitRatio, sources } = row;
  return { startMs, served, fromCaches, fromApple, saved, hitRatio, sources, hasData: true };
}

/** The last days as a report. */
function reportOf({ facts, nowMs, timeZone, organisation, worth, caches }: LiveParts): Report {
  const fromMs = bucketsBefore(nowMs, DAYS - 1, { unit: "day", zone: timeZone });
  const states = facts.state === undefined ? caches.map(({ state }) => state) : [facts.state];
  const answers: Answers = {
    buckets: facts.days,
    before: undefined,
    sites: [],
    recentSites: new Set(),
    kinds: kindsOf(states.flatMap((state) => state?.content ?? [])),
    warming: undefined,
    troubles: facts.events.filter(isTrouble),
  };
  const asked = {
    madeMs: nowMs,
    timeZone,
    period: periodOf({ fromMs, toMs: nowMs + 1 }, timeZone),
    by: "day",
    organisation,
    logo: undefined,
    filter: {},
    groupBy: "server",
    worth,
  } as const;
  return makeReport(asked, answers);
}
