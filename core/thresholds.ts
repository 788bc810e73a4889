/**
 * Where fine ends and trouble begins: the one table for what `larder status` finds, the colours of boards and tables, and
 * rules that send alerts.
 *
 * A limit is reached by the value that equals it, everywhere. From `watch` on somebody should look: amber, `warn`. From
 * `trouble` on somebody should act: red, `bad`, an alert once it has lasted for `alertAfterSeconds`.
 *
 * @module
 */

export interface Threshold {
  readonly watch: number;
  /** Undefined where nobody has to act, however far it goes. */
  readonly trouble?: number;
  /** Low is bad: a limit is passed by what is below it. */
  readonly below?: true;
  /** How long trouble has to last before somebody is alerted; default not at all. */
  readonly alertAfterSeconds?: number;
}

/** How bad a value is. */
export type Level = "fine" | "watch" | "trouble";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const THRESHOLDS = {
  /** Share served without Apple. A young cache is low; one that stays there is too small or badly placed. */
  hitRatio: { watch: 0.5, trouble: 0.25, below: true },
  /** Cache pressure, 0 to 1: what is evicted was asked for not long ago, so the disk is too small. */
  pressure: { watch: 0.5, trouble: 0.8, alertAfterSeconds: HOUR },
  /** Apple says LOWSPACE: 1 or 0. */
  lowSpace: { watch: 1 },
  /** Apple's word on the registration: 1 done, 0 under way, -1 refused. Under way for this long needs somebody as well. */
  registered: { watch: 1, trouble: 0, below: true, alertAfterSeconds: 15 * MINUTE },
  /** Age of the newest row. A weekend with a day off is longer than two days, a cache nobody uses longer than this. */
  newestRowSeconds: { watch: 4 * DAY },
  /** Share of the lines of a cache's log that are of no known shape: after an update of macOS, Apple may have changed it. */
  logUnknown: { watch: 0.2 },
  /** Lines of a log from which their shapes say something: a handful does not. */
  logLines: { watch: 100 },
  /** Since the collector's last pass: there is one a minute. */
  silentSeconds: { watch: 10 * MINUTE, trouble: 30 * MINUTE, alertAfterSeconds: 5 * MINUTE },
  /** Age of the newest status of the cache: an older one says nothing of now. */
  statusSeconds: { watch: HOUR },
  /** Journal bytes a sink has yet to take. */
  backlogBytes: { watch: 10_000_000, trouble: 100_000_000, alertAfterSeconds: 30 * MINUTE },
  /** Since a sink last took anything, while lines wait. */
  sinkSeconds: { watch: 15 * MINUTE, trouble: DAY },
  /** Room on the disk of the journal. Weeks of a busy cache; less than a segment and a batch, so the next write may fail. */
  journalFreeBytes: { watch: 256_000_000, trouble: 16_000_000, below: true },
  /** Files that the last warming run of a cache could not fetch. */
  warmingFailed: { watch: 1, trouble: 5 },
  /** Evicted within a day of being fetched, in a day: the disk holds less than a day's worth. */
  evictedYoungBytes: { watch: 1_000_000_000, trouble: 10_000_000_000 },
  /** What a cache reports is ahead of our clock by this much: one of the two clocks is wrong. */
  clockAheadSeconds: { watch: 5 * MINUTE, trouble: 5 * MINUTE },
  /** Served in a day: below it, a ratio of the day says little. */
  busyDayBytes: { watch: 10_000_000_000 },
  /** Age of an event that somebody should know of: it happened, and there is nothing to wait for. */
  eventSeconds: { watch: DAY },
  /** Of anything that should not be there at all. */
  any: { watch: 1, trouble: 1 },
  /** Of what should be there always: 1 or 0. */
  always: { watch: 1, trouble: 1, below: true },
} as const satisfies Record<string, Threshold>;

/** Whether a value has reached a limit of a threshold. */
export function isReached({ below }: Threshold, limit: number, value: number): boolean {
  return below === true ? value < limit : value >= limit;
}

/** The limit from which an alert fires: where somebody has to act, or to look where there is nothing worse. */
export function firesFrom({ watch, trouble = watch }: Threshold): number {
  return trouble;
}

/** How bad a value is. */
export function levelOf(threshold: Threshold, value: number): Level {
  const { watch, trouble } = threshold;
  if (trouble !== undefined && isReached(threshold, trouble, value)) return "trouble";
  return isReached(threshold, watch, value) ? "watch" : "fine";
}
