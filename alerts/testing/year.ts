/**
 * A year of a fleet, looked at by all rules. What befalls each cache is planned (`year-faults.ts`), and what has to be sent,
 * when and to whom follows from that plan alone.
 *
 * @module
 */
import { planFleet } from "../../fixtures/fleet/index.ts";
import { watchOptions } from "../options.ts";
import { clearSecondsOf, ruleOf } from "../rules/rules.ts";
import { addressees, circumstancesFor, policyFor } from "../settings/settings.ts";
import { type Alerts, Horizons, look, type Notice } from "../state/state.ts";
import {
  DAY,
  expected,
  type Fault,
  faultsOf,
  HOLIDAYS,
  HOUR,
  MINUTE,
  outages,
  type Planted,
  QUIET_HOURS,
  type Quake,
  WORK_HOURS,
  ZONE,
} from "./year-faults.ts";
import { Calendar, Life } from "./year-life.ts";

export interface YearOptions {
  readonly caches: number;
  readonly days: number;
  readonly stepMinutes: number;
  readonly seed: number;
}

export interface YearReport {
  readonly rows: readonly Score[];
  readonly planted: readonly Planted[];
  readonly notices: readonly Notice[];
  readonly looks: number;
  /** Everything that should not be, in words. */
  readonly complaints: readonly string[];
  /** Notices of each outage of a region or of all: one for each region. */
  readonly outages: readonly { readonly regions: number; readonly notices: number }[];
}

/** What was found of one rule. */
export interface Score {
  readonly rule: string;
  readonly planted: number;
  readonly reported: number;
  readonly recovered: number;
  /** Reported or recovered without a cause, twice, or to the wrong person. */
  readonly wrong: number;
  /** Not reported, or not recovered, in time. */
  readonly missed: number;
  /** Longest time from when a notice was due to when it was sent, in minutes. */
  readonly latestMinutes: number;
}

const START = Date.parse("2025-08-01T00:00:00Z");
const REGIONS = 8;

/** The watch itself: gone for six hours, then a clock three hours ahead for a look, and one two hours behind. */
function quakesOf(days: number): readonly (Quake & { readonly aheadMs: number })[] {
  return [
    { day: 45, hours: 6, aheadMs: Number.NaN },
    { day: 80, hours: 0, aheadMs: 3 * HOUR },
    { day: 110, hours: 0, aheadMs: -2 * HOUR },
  ]
    .filter(({ day }) => day < days - 3)
    .map(({ day, hours, aheadMs }) => {
      const fromMs = START + day * DAY + 10 * HOUR;
      return { fromMs, toMs: fromMs + hours * HOUR, aheadMs };
    });
}

/** Lives the year. */
export function liveYear({ caches, days, stepMinutes, seed }: YearOptions): YearReport {
  const stepMs = stepMinutes * MINUTE;
  const toMs = START + days * DAY;
  const quakes = quakesOf(days);
  const size = { seed, caches, regions: Math.min(REGIONS, caches), fromMs: START, toMs, zone: ZONE };
  const fleet = planFleet({ ...size, incidentsPerMonth: 0.5 });
  const lives = fleet.caches.map((cache) => new Life(cache, faultsOf(cache, { fleet, quakes })));
  const settings = watchOptions.parse({
    ...{ workHours: WORK_HOURS, quietHours: QUIET_HOURS, holidays: HOLIDAYS, wanGbPerDay: 100 },
    notifiers: [...new Set(fleet.caches.map(({ tags }) => tags["region"] ?? ""))]
      .map((region, i) => ({ name: `person${i}`, only: { region } }) as object)
      .concat([{ name: "central", leastLevel: "bad" }])
      .map((each) => ({ type: "ntfy", url: "https://ntfy.example/x", ...each })),
  });
  const alerts: Alerts = new Map();
  const notices: Notice[] = [];
  const calendar = new Calendar();
  const horizons = new Horizons();
  let [next, looks] = [0, 0];
  let lastMs: number | undefined;
  for (let realMs = START; realMs < toMs; realMs += stepMs) {
    const hour = calendar.at(realMs);
    const quake = quakes.find(({ fromMs, toMs: end }) => realMs >= fromMs && realMs < Math.max(end, fromMs + stepMs));
    if (quake !== undefined && Number.isNaN(quake.aheadMs)) continue;
    const nowMs = realMs + (quake?.aheadMs ?? 0);
    const at = { nowMs, timeZone: ZONE };
    for (const life of lives) life.move(hour);
    const facts = { caches: lives, own: undefined };
    const context = {
      ...{ nowMs, lastMs, policy: policyFor(settings, { ...at, alone: false }), ...circumstancesFor(settings, at) },
      horizons,
      name: () => `n${next++}`,
    };
    for (const notice of look(alerts, facts, context).notices) notices.push(notice);
    lastMs = nowMs;
    looks++;
  }
  const slackMs = 3 * stepMs + 15 * MINUTE;
  const planted = lives
    .flatMap(({ cache, faults }) => faults.flatMap((fault) => expected(cache, fault, slackMs) ?? []))
    .filter(({ overMs }) => overMs + HOUR + slackMs < toMs);
  const complaints: string[] = [];
  const judged = { notices, planted, lives, slackMs, complaints };
  const rows = scores(judged);
  complaints.push(...wrongReminders(notices, slackMs));
  for (const notice of notices) {
    const wanted = new Set(notice.alerts.map(({ tags }) => tags["region"]));
    const got = addressees(notice, settings);
    const people = got.filter(({ only }) => only !== undefined).map(({ only }) => only?.["region"]);
    const isRight = people.length === wanted.size && people.every((region) => wanted.has(region));
    const central = got.some(({ name }) => name === "central");
    if (!isRight || central !== (notice.level === "bad")) complaints.push(`${notice.id} went to the wrong person`);
  }
  return { rows, planted, notices, looks, complaints, outages: outageNotices(notices, fleet) };
}

interface Judged {
  readonly notices: readonly Notice[];
  readonly planted: readonly Planted[];
  readonly lives: readonly Life[];
  readonly slackMs: number;
  readonly complaints: string[];
}

/** One notice about one cache. */
interface Hit {
  readonly rule: string;
  readonly server: string;
  readonly kind: Notice["kind"];
  readonly incident: string;
  readonly atMs: number;
  isUsed: boolean;
}

function scores({ notices, planted, lives, slackMs, complaints }: Judged): Score[] {
  const hits = notices.flatMap(({ rule, kind, incident, atMs, alerts }) =>
    alerts.map(({ server }): Hit => ({ rule, server, kind, incident, atMs, isUsed: false })),
  );
  const byCache = new Map<string, Hit[]>();
  for (const hit of hits) {
    if (hit.kind === "reminder") continue;
    const key = `${hit.rule} ${hit.server}`;
    byCache.set(key, [...(byCache.get(key) ?? []), hit]);
  }
  const results = new Map<string, { missed: number; latestMs: number }>();
  const resultOf = (rule: string) => {
    const known = results.get(rule) ?? { missed: 0, latestMs: 0 };
    results.set(rule, known);
    return known;
  };
  for (const fault of planted) {
    const result = resultOf(fault.kind);
    const own = byCache.get(`${fault.kind} ${fault.server}`) ?? [];
    const rule = ruleOf(fault.kind);
    const clearMs = (rule === undefined ? 0 : clearSecondsOf(rule)) * 1000;
    const first = own.find(
      ({ kind, atMs, isUsed }) => kind === "firing" && !isUsed && atMs >= fault.dueMs - slackMs / 4,
    );
    const last = own.find(({ kind, incident, isUsed }) => {
      return kind === "recovered" && !isUsed && incident === first?.incident;
    });
    const lateMs = (first?.atMs ?? Number.POSITIVE_INFINITY) - fault.dueMs;
    const goneMs = (last?.atMs ?? Number.POSITIVE_INFINITY) - fault.overMs;
    if (lateMs > slackMs || goneMs < 0 || goneMs > clearMs + HOUR + slackMs) {
      result.missed++;
      complaints.push(
        `${fault.kind} of ${fault.server}, due ${new Date(fault.dueMs).toISOString()}: ${lateMs}, ${goneMs}`,
      );
      continue;
    }
    if (first !== undefined) first.isUsed = true;
    if (last !== undefined) last.isUsed = true;
    result.latestMs = Math.max(result.latestMs, lateMs);
  }
  // what lasts hardly long enough may be reported, once
  const faults = new Map(lives.map(({ cache, faults: own }) => [cache.server, own]));
  const isCause = ({ kind, fromMs, toMs }: Fault, { rule, atMs }: Hit): boolean =>
    kind === rule && atMs >= fromMs && atMs <= toMs + 2 * HOUR + slackMs;
  const seen = new Set<string>();
  const isWrong = (hit: Hit): boolean => {
    if (hit.isUsed || hit.kind === "reminder") return false;
    const cause = faults.get(hit.server)?.find((fault) => isCause(fault, hit));
    const key = `${hit.rule} ${hit.server} ${cause?.fromMs} ${hit.kind}`;
    const isPlanted = planted.some((each) => each.server === hit.server && each.fromMs === cause?.fromMs);
    if (cause === undefined || isPlanted || seen.has(key)) return true;
    seen.add(key);
    return false;
  };
  const wrong = hits.filter(isWrong);
  for (const { kind, rule, server, atMs } of wrong) {
    complaints.push(`${kind} ${rule} of ${server} at ${new Date(atMs).toISOString()} has no cause`);
  }
  const rules = [...new Set([...planted.map(({ kind }) => kind), ...hits.map(({ rule }) => rule)])].sort();
  return rules.map((rule) => {
    const count = (kind: Notice["kind"]) => hits.filter((hit) => hit.rule === rule && hit.kind === kind).length;
    return {
      rule,
      planted: planted.filter(({ kind }) => kind === rule).length,
      reported: count("firing"),
      recovered: count("recovered"),
      wrong: wrong.filter((hit) => hit.rule === rule).length,
      missed: resultOf(rule).missed,
      latestMinutes: resultOf(rule).latestMs / MINUTE,
    };
  });
}

/** Reminders that are not at 1, 4, 24 or 72 hours, or a week later. */
function wrongReminders(notices: readonly Notice[], slackMs: number): string[] {
  const began = new Map<string, number>();
  const used = new Set<string>();
  const hours = [1, 4, 24, 72, ...Array.from({ length: 52 }, (_, i) => 72 + 168 * (i + 1))];
  return notices.flatMap(({ kind, incident, atMs, level, rule }) => {
    if (kind === "firing" && !began.has(incident)) began.set(incident, atMs);
    if (kind !== "reminder") return [];
    const sinceMs = atMs - (began.get(incident) ?? atMs);
    // what is not grave waits for the end of quiet hours
    const lateMs = level === "warn" ? 20 * DAY : rule === "silent" ? 16 * HOUR : slackMs;
    const due = hours.find((each) => {
      return sinceMs >= each * HOUR && sinceMs <= each * HOUR + lateMs && !used.has(`${incident} ${each}`);
    });
    if (due === undefined) return [`a reminder of ${incident} after ${sinceMs / HOUR} hours`];
    used.add(`${incident} ${due}`);
    return [];
  });
}

function outageNotices(notices: readonly Notice[], fleet: ReturnType<typeof planFleet>): YearReport["outages"] {
  const all = new Set(fleet.caches.map(({ tags }) => tags["region"]));
  return outages(fleet).map(({ region, fromMs, toMs }) => ({
    regions: region === undefined ? all.size : 1,
    notices: notices.filter(({ kind, rule, atMs, place }) => {
      const isHere = region === undefined || place === region;
      return kind === "firing" && rule === "silent" && isHere && atMs > fromMs && atMs < toMs;
    }).length,
  }));
}
