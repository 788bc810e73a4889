/**
 * Where a time range is cut between two days, so that every panel of a board counts the same days.
 *
 * A day's numbers lie at local midnight (`served_1d`, other `_1d`) or up to 23 hours after it (`fleet_1d`); a correction
 * comes a few milliseconds later. So the last hour of a local day is empty, and a cut in it belongs to no day. Cuts are 24
 * hours apart, whatever the clocks do: at 23:00 while they show standard time and at 24:00 in summer, both at the empty
 * hour's ends. A range counts the days it touches: from the last cut before it begins to the first one after its end.
 * The hour round midnight in which the two times of the year differ may fall to either side, for all panels alike.
 *
 * @module
 */
import { localDate, localMinute } from "../../core/time/local-days.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Years whose clocks are looked at: those boards are used in. */
const YEARS = { from: 2024, to: 2032 } as const;

/** What to add to a time so that cuts are multiples of 24 hours, in [0, 24 h). @param zone IANA name */
export function cutOffset(zone: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let year = YEARS.from; year <= YEARS.to; year++) {
    // a month apart: no time of the year is shorter
    for (let month = 0; month < 12; month++) least = Math.min(least, offsetMs(Date.UTC(year, month, 15), zone));
  }
  return positive(least + HOUR_MS);
}

/** The days a range touches: all points from `fromMs` on and before `toMs`. */
export function daysOf(range: { fromMs: number; toMs: number }, offset: number): { fromMs: number; toMs: number } {
  const last = range.toMs - HOUR_MS - 1;
  return { fromMs: cutBefore(range.fromMs, offset), toMs: cutBefore(last, offset) + DAY_MS };
}

/** `daysOf` in InfluxQL, of the panel's range. InfluxDB takes integer arithmetic times a duration, nothing else. */
export function influxDays(offset: number): string {
  const end = positive(offset - HOUR_MS - 1);
  const to = `\${__to} + ${DAY_MS - HOUR_MS - 1} - (\${__to} + ${end}) % ${DAY_MS}`;
  return `time >= 1ms * (${influxCut("__from", offset)}) AND time < 1ms * (${to})`;
}

/** The complete days of the range, and as many days before them, in InfluxQL: conditions on time. */
export function influxCompared(offset: number): { now: string; before: string } {
  const from = influxCut("__from", offset);
  const to = `\${__to} + ${HOUR_MS} - (\${__to} + ${positive(offset + HOUR_MS)}) % ${DAY_MS}`;
  return {
    now: `time >= 1ms * (${from}) AND time < 1ms * (${to})`,
    before: `time >= 1ms * (2 * (${from}) - (${to})) AND time < 1ms * (${from})`,
  };
}

/**
 * In MetricsQL: sums of whole days, one each day, of which those inside are added up.
 * @param series what is added up, without a window
 */
export function metricsCompared(series: string, offset: number): { now: string; before: string } {
  // a subquery is evaluated at midnights of UTC; the day that ends at the cut after each of them belongs to it
  const toCut = positive(-offset);
  const day = `sum(sum_over_time(${series}[1d] offset ${1 - toCut}ms))`;
  const begin = `time() + ${toCut / 1000 - DAY_MS / 1000}`;
  const cut = (variable: string, later: number): string =>
    `(floor((\${${variable}}/1000 + ${later + offset / 1000})/86400)*86400 - ${offset / 1000})`;
  const [from, to] = [cut("__from", 0), cut("__to", HOUR_MS / 1000)];
  const within = (condition: string): string =>
    `sum_over_time((${day} if (${begin} ${condition}))[\${__range_ms}ms\${__range_ms}ms5d:1d] offset -2d)`;
  return { now: within(`>= ${from} < ${to}`), before: within(`>= 2 * ${from} - ${to} < ${from}`) };
}

function influxCut(variable: string, offset: number): string {
  return `\${${variable}} - (\${${variable}} + ${offset}) % ${DAY_MS}`;
}

function cutBefore(ms: number, offset: number): number {
  return ms - positive(ms + offset);
}

function positive(ms: number): number {
  return ((ms % DAY_MS) + DAY_MS) % DAY_MS;
}

/** What a zone's clock is ahead of UTC. */
function offsetMs(ms: number, zone: string): number {
  return Date.parse(localDate(ms, zone)) + localMinute(ms, zone) * 60_000 - ms;
}
