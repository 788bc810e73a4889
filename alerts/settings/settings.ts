/**
 * What the settings make of a moment: limits and hours of each cache, quiet times, reminders.
 *
 * @module
 */
import { nextPeriod, periodStart } from "../../core/history/history.ts";
import { THRESHOLDS } from "../../core/thresholds.ts";
import { bucketsBefore } from "../../core/time/local-days.ts";
import type { WatchOptions } from "../options.ts";
import type { Circumstances, Limits, Rule, ThresholdName } from "../rules/rules.ts";
import { covers, type Silence } from "../silences/silences.ts";
import type { Notice, Policy } from "../state/state.ts";
import { fits, type Tags } from "../tags.ts";
import { holidayMs, isHoliday, isWithin } from "./hours.ts";

const HOUR_MS = 3_600_000;
const GB = 1_000_000_000;

export interface Moment {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** The circumstances of each cache. Caches of equal tags share them. */
export function circumstancesFor(options: WatchOptions, { nowMs, timeZone }: Moment) {
  const month = monthOf({ nowMs, timeZone });
  const { wanGbPerDay, wanGbPerMonth, workHours, holidays, overrides, off } = options;
  const now = { nowMs, timeZone };
  const yesterday = { nowMs: bucketsBefore(nowMs, 1, { unit: "day", zone: timeZone }), timeZone };
  const common = {
    nowMs,
    atWork: (workHours === undefined || isWithin(workHours, now)) && !isHoliday(holidays, now),
    holidayMsSince: (ms) => holidayMs(holidays, { fromMs: ms, toMs: nowMs, timeZone }),
    schoolDay: !isHoliday(holidays, now) && !isHoliday(holidays, yesterday),
    wan: { dayBytes: inBytes(wanGbPerDay), monthBytes: inBytes(wanGbPerMonth) },
    month,
    limits: THRESHOLDS as Limits,
  } satisfies Circumstances;
  return {
    // what changes the circumstances of a cache but for time that goes by
    season: [common.atWork, common.schoolDay, ...holidays].join(),
    circumstancesOf: (tags: Tags): Circumstances => {
      const own = overrides.filter((each) => fits(each.tags, tags));
      return own.length === 0 ? common : { ...common, limits: own.reduce(withLimits, common.limits) };
    },
    isOff: ({ id }: Rule, tags: Tags): boolean =>
      off.includes(id) || overrides.some((each) => each.off.includes(id) && fits(each.tags, tags)),
  };
}

function withLimits(limits: Limits, { limits: other }: WatchOptions["overrides"][number]): Limits {
  const changed = Object.entries(other).map(([name, { watch, trouble } = {}]) => {
    const known = limits[name as ThresholdName];
    const own = { ...(watch === undefined ? {} : { watch }), ...(trouble === undefined ? {} : { trouble }) };
    return [name, { ...known, ...own }];
  });
  return { ...limits, ...Object.fromEntries(changed) } as Limits;
}

function inBytes(gigabytes: number | undefined): number | undefined {
  return gigabytes === undefined ? undefined : gigabytes * GB;
}

/** The last month asked for: looks come in order. */
let known = { fromMs: 0, toMs: 0, timeZone: "" };

function monthOf({ nowMs, timeZone }: Moment): { readonly fromMs: number; readonly toMs: number } {
  if (known.timeZone !== timeZone || nowMs < known.fromMs || nowMs >= known.toMs) {
    known = { fromMs: periodStart(nowMs, "month", timeZone), toMs: nextPeriod(nowMs, "month", timeZone), timeZone };
  }
  return known;
}

export interface PolicyMoment extends Moment {
  /** There is one cache, or one look: alerts do not wait for company. */
  readonly alone: boolean;
  /** Beside those of the settings. */
  readonly silences?: readonly Silence[];
}

/** When people are notified. */
export function policyFor(options: WatchOptions, { alone, silences: added = [], ...now }: PolicyMoment): Policy {
  const { quietHours } = options;
  const silences = [...options.silences, ...added].filter(({ until }) => now.nowMs < Date.parse(until));
  return {
    groupMs: alone ? 0 : 60_000,
    joinMs: alone ? 0 : 600_000,
    reminderMs: options.reminderHours.map((hours) => hours * HOUR_MS),
    thenEveryMs: 7 * 24 * HOUR_MS,
    quiet: (quietHours !== undefined && isWithin(quietHours, now)) || isHoliday(options.holidays, now),
    gapMs: 30 * 60_000,
    isSilenced: (alert) => silences.some((each) => covers(each, alert, now.nowMs)),
    placeOf: ({ tags }) => tags["region"] ?? tags["site_name"] ?? "",
  };
}

type NotifierOptions = WatchOptions["notifiers"][number];

/** Whether a notifier is to get the daily report. @param to names, where there are any in the settings */
export function takesDaily({ name, type, leastLevel }: NotifierOptions, to: readonly string[] | undefined): boolean {
  if (type === "pagerduty") return false;
  return to === undefined ? leastLevel !== "bad" : to.includes(name);
}

/** Whom a notice is for: notifiers of its level and tags, and not one that it is about. */
export function addressees(notice: Notice, { notifiers, daily }: WatchOptions): NotifierOptions[] {
  if (notice.kind === "daily") return notifiers.filter((each) => takesDaily(each, daily?.to));
  return notifiers.filter(({ name, leastLevel, only = {} }) => {
    if (notice.rule === "notifier" && notice.alerts.some(({ part }) => part === name)) return false;
    return (leastLevel === "warn" || notice.level === "bad") && notice.alerts.some(({ tags }) => fits(only, tags));
  });
}
