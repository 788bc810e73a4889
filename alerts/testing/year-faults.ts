/**
 * What befalls each cache in a simulated year, and what has to be sent of it: worked out from the plan alone, without a rule
 * or a state of the product but for the table of rules' times.
 *
 * @module
 */
import { chance, type Fleet, type FleetCache, wallDayStart, wallMs } from "../../fixtures/fleet/index.ts";
import { forSecondsOf, ruleOf } from "../rules/rules.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const ZONE = "Europe/Berlin";

/** School days of the year's world: caches work, people are there. Dates as the settings have them. */
export const HOLIDAYS = ["2025-10-13/2025-10-25", "2025-12-22/2026-01-05", "2026-03-30/2026-04-11"];
export const WORK_HOURS = "06:00-20:00";
export const QUIET_HOURS = "22:00-06:00";

/** Kinds are named after the rule that has to find them; `reset` after nothing, as nobody is notified. */
export type Kind = keyof typeof KINDS | "reset";

export interface Fault {
  readonly kind: Kind;
  readonly fromMs: number;
  readonly toMs: number;
}

interface KindOf {
  /** From the fault until it can be seen. */
  readonly seenAfterMs?: number;
  readonly level: "bad" | "warn";
  /** Silence only counts while caches are to be at work. */
  readonly atWork?: true;
  /** When it happens: `any` time of day for some hours, or of one day. */
  readonly when: "any" | "day" | "night" | "idle";
}

export const KINDS = {
  silent: { seenAfterMs: 30 * MINUTE, level: "bad", atWork: true, when: "any" },
  wiped: { level: "bad", when: "any" },
  pressure: { level: "bad", when: "any" },
  unregistered: { level: "bad", when: "any" },
  off: { level: "bad", when: "any" },
  neighbour: { level: "warn", when: "any" },
  suspended: { level: "bad", when: "any" },
  clock: { level: "bad", when: "any" },
  source: { level: "bad", when: "any" },
  disk: { level: "warn", when: "any" },
  idle: { seenAfterMs: 4 * DAY, level: "warn", when: "idle" },
  "evicted-young": { level: "bad", when: "day" },
  "wan-day": { level: "warn", when: "day" },
  "hit-ratio": { seenAfterMs: DAY, level: "bad", when: "day" },
  "not-caching": { seenAfterMs: DAY, level: "bad", when: "day" },
  "warming-failed": { level: "bad", when: "night" },
  "warming-skipped": { level: "warn", when: "night" },
  "warming-missed": { seenAfterMs: 12 * HOUR, level: "warn", when: "night" },
  "warming-late": { seenAfterMs: HOUR, level: "warn", when: "night" },
} as const satisfies Record<string, KindOf>;

const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];
/** A day and more between two faults of a cache, so that each is a story of its own. */
const APART = 60 * HOUR;

/** What has to be sent of a fault. */
export interface Planted extends Fault {
  readonly server: string;
  readonly region: string;
  readonly level: "bad" | "warn";
  /** When the first notice is due, and when it is over. */
  readonly dueMs: number;
  readonly overMs: number;
}

/** Whether a Mac sleeps at night and is switched off in the holidays. */
export function sleeps({ index }: FleetCache): boolean {
  return index % 3 === 0;
}

export function isHoliday(ms: number): boolean {
  const date = new Date(wallMs(ms, ZONE)).toISOString().slice(0, 10);
  return HOLIDAYS.some((days) => {
    const [first = "", last = ""] = days.split("/");
    return date >= first && date <= last;
  });
}

export function isWeekend(ms: number): boolean {
  return [0, 6].includes(new Date(wallMs(ms, ZONE)).getUTCDay());
}

function hourOf(ms: number): number {
  return (wallMs(ms, ZONE) % DAY) / HOUR;
}

function isAtWork(ms: number): boolean {
  return hourOf(ms) >= 6 && hourOf(ms) < 20 && !isHoliday(ms);
}

function isQuiet(ms: number): boolean {
  return hourOf(ms) >= 22 || hourOf(ms) < 6 || isHoliday(ms);
}

/** The next moment that is not so, to the quarter of an hour. */
function after(ms: number, isSo: (ms: number) => boolean): number {
  let at = ms;
  while (isSo(at)) at = (Math.floor(at / (15 * MINUTE)) + 1) * 15 * MINUTE;
  return at;
}

/** Times in which the watch itself is gone or has a wrong clock: no fault is near. */
export interface Quake {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PlanOptions {
  readonly fleet: Fleet;
  readonly quakes: readonly Quake[];
}

/** The faults of a cache: those of the fleet's plan, outages of its region, and others in the time between. */
export function faultsOf(cache: FleetCache, { fleet, quakes }: PlanOptions): Fault[] {
  const { seed, fromMs, toMs } = fleet.options;
  const regional = outages(fleet)
    .filter(({ region }) => region === undefined || region === cache.tags["region"])
    .map(({ fromMs: from, toMs: to }): Fault => ({ kind: "silent", fromMs: from, toMs: to }));
  const planned = cache.incidents.map(({ kind, fromMs: from, toMs: to }): Fault => {
    const named = ({ outage: "silent", wipe: "wiped", full: "pressure", reset: "reset" } as const)[kind];
    return { kind: named, fromMs: from, toMs: named === "wiped" ? from + DAY : to };
  });
  const extra: Fault[] = [];
  for (let day = 12; day < (toMs - fromMs) / DAY - 12; day += 9) {
    if (chance(seed, cache.index, day, 301) > 0.7) continue;
    const kind = NAMES[Math.floor(chance(seed, cache.index, day, 302) * NAMES.length)] ?? "off";
    extra.push(faultAt(kind, fromMs + day * DAY, (key) => chance(seed, cache.index, day, key)));
  }
  const kept: Fault[] = [...regional];
  for (const fault of [...planned, ...extra].sort((a, b) => a.fromMs - b.fromMs)) {
    const near = [...kept, ...quakes].some(
      (other) => fault.fromMs < other.toMs + APART && other.fromMs < fault.toMs + APART,
    );
    if (!near && fits(cache, fault)) kept.push(fault);
  }
  return kept.sort((a, b) => a.fromMs - b.fromMs);
}

function faultAt(kind: keyof typeof KINDS, dayMs: number, luck: (key: number) => number): Fault {
  const { when } = KINDS[kind];
  let midnight = wallDayStart(dayMs + 12 * HOUR, ZONE);
  if (when === "idle") while (new Date(wallMs(midnight, ZONE)).getUTCDay() !== 1) midnight = nextDay(midnight);
  if (when === "idle") return { kind, fromMs: midnight + 9 * HOUR, toMs: midnight + (5 * 24 + 9) * HOUR };
  if (when === "night") return { kind, fromMs: midnight + 3 * HOUR, toMs: nextDay(midnight) + 3 * HOUR };
  if (when === "any") {
    const from = midnight + Math.floor(luck(303) * 24 * 12) * 5 * MINUTE;
    return { kind, fromMs: from, toMs: kind === "wiped" ? from + DAY : from + (2 + Math.floor(luck(304) * 20)) * HOUR };
  }
  // of a ratio the day after speaks
  const late = "seenAfterMs" in KINDS[kind];
  return late
    ? { kind, fromMs: midnight, toMs: nextDay(nextDay(midnight)) }
    : { kind, fromMs: midnight + 10 * HOUR, toMs: nextDay(midnight) };
}

export function nextDay(ms: number): number {
  return wallDayStart(wallDayStart(ms, ZONE) + 36 * HOUR, ZONE);
}

/** Whether it can be seen as planned: of a Mac that sleeps only by day, and of what people ask for only where they are there. */
function fits(cache: FleetCache, { kind, fromMs, toMs }: Fault): boolean {
  const isDay = isAtWork(fromMs) && isAtWork(toMs + HOUR) && toMs - fromMs < 10 * HOUR;
  if (kind === "reset") return !sleeps(cache) || isDay;
  const days = Array.from({ length: Math.ceil((toMs - fromMs) / DAY) + 2 }, (_, i) => fromMs + (i - 1) * DAY);
  const { when } = KINDS[kind];
  if (when === "idle" || kind === "warming-missed") return !sleeps(cache) && days.every((ms) => !isHoliday(ms));
  if (when === "day") return !sleeps(cache) && days.every((ms) => !isHoliday(ms) && !isWeekend(ms));
  if (!sleeps(cache)) return true;
  return when === "any" && kind !== "wiped" && isDay;
}

interface Outage extends Quake {
  readonly region: string | undefined;
}

/** A line is down: everything in a region falls silent, and once the whole fleet. */
export function outages({ caches, options: { fromMs, toMs } }: Fleet): Outage[] {
  const regions = [...new Set(caches.map(({ tags }) => tags["region"]))].slice(0, 3);
  return [...regions, undefined].flatMap((region, i) => {
    let day = wallDayStart(fromMs + (25 + i * 70) * DAY, ZONE);
    while (isWeekend(day) || isHoliday(day)) day = nextDay(day);
    const outage = { region, fromMs: day + 9 * HOUR, toMs: day + (11 + i) * HOUR };
    return outage.toMs < toMs - DAY ? [outage] : [];
  });
}

/** What has to be sent of a fault; undefined for what ends before it is due, or too shortly after it to be sure. */
export function expected(cache: FleetCache, fault: Fault, slackMs: number): Planted | undefined {
  if (fault.kind === "reset") return undefined;
  const { kind, fromMs, toMs } = fault;
  const known: KindOf = KINDS[kind];
  const rule = ruleOf(kind);
  if (rule === undefined) throw new Error(`there is no rule ${kind}`);
  const lastsMs = forSecondsOf(rule) * 1000;
  const work = (ms: number): number => (known.atWork === true ? after(ms, (at) => !isAtWork(at)) : ms);
  const seenMs = kind === "hit-ratio" || kind === "not-caching" ? nextDay(fromMs) : fromMs + (known.seenAfterMs ?? 0);
  const firedMs = work(work(seenMs) + (kind === "unregistered" ? 0 : lastsMs));
  const dueMs = known.level === "warn" ? after(firedMs, isQuiet) : firedMs;
  const { region = "" } = cache.tags;
  // where it is due as quiet hours or the night begin, it may come before them or after
  const isNear = (isSo: (ms: number) => boolean): boolean => isSo(firedMs) !== isSo(firedMs + slackMs);
  if ((known.level === "warn" && isNear(isQuiet)) || (known.atWork === true && isNear(isAtWork))) return undefined;
  if (toMs - dueMs <= slackMs) return undefined;
  return { ...fault, server: cache.server, region, level: known.level, dueMs, overMs: toMs };
}
