/**
 * What is watched: the one table behind larder's own rules, Grafana's alert rules and the page that lists both.
 *
 * Here is what a rule compares with, how long it has to last, how grave it is and what holds it back. How larder judges is in
 * the alerts room, how Grafana asks in the Grafana room, and what people read in `words/texts/alerts.*`.
 *
 * @module
 */
import type { FindingLevel } from "./finding.ts";
import { THRESHOLDS, type Threshold } from "./thresholds.ts";

export type ThresholdName = keyof typeof THRESHOLDS;

export interface AlertRuleFacts {
  /** One cache, or the computer that watches. */
  readonly about: "cache" | "own";
  /** The levels it fires at. `bad`: act now. */
  readonly levels: readonly FindingLevel[];
  /** The thresholds it compares with: thresholds.ts has the numbers. */
  readonly thresholds: readonly ThresholdName[];
  /** Rules that, firing for the same cache, make this one pointless to report. */
  readonly inhibitedBy: readonly string[];
  /** How long it has to last; default: what the first of its thresholds says. */
  readonly forSeconds?: number;
  /** At this level the evidence is certain: it does not have to last. */
  readonly atOnce?: FindingLevel;
  /** How long it has to be well again; default `CLEAR_SECONDS`. */
  readonly clearSeconds?: number;
  /** How long an alert of it waits for others of its place, to be reported with them; default what the settings say. */
  readonly groupSeconds?: number;
  /** Only inhibits others and is listed; nobody is notified. */
  readonly silent?: true;
}

/** How long an alert has to be well again before it counts as recovered: a cache that flaps is one alert. */
export const CLEAR_SECONDS = 300;

const OF_WARMING = ["silent", "off", "suspended", "unregistered"] as const;

/** By name, which settings, webhooks and docs use; the gravest first. */
export const ALERT_RULES = {
  silent: {
    about: "cache",
    levels: ["bad"],
    thresholds: ["silentSeconds"],
    // where a line is down, caches fall silent one after the other, as each reports at its own time
    groupSeconds: 300,
    inhibitedBy: ["clock"],
  },
  off: {
    about: "cache",
    levels: ["bad"],
    thresholds: ["always"],
    forSeconds: 300,
    inhibitedBy: ["silent", "updating"],
  },
  wiped: {
    about: "cache",
    levels: ["bad"],
    thresholds: ["eventSeconds"],
    forSeconds: 0,
    clearSeconds: 0,
    inhibitedBy: [],
  },
  unregistered: {
    about: "cache",
    levels: ["bad", "warn"],
    thresholds: ["registered"],
    // Apple has said no
    atOnce: "bad",
    inhibitedBy: ["silent", "off", "updating"],
  },
  suspended: {
    about: "cache",
    levels: ["bad"],
    thresholds: ["always"],
    forSeconds: 300,
    inhibitedBy: ["silent", "off", "unregistered", "wiped", "updating"],
  },
  unreachable: {
    about: "own",
    levels: ["bad"],
    thresholds: ["always"],
    forSeconds: 300,
    inhibitedBy: ["silent", "off"],
  },
  "not-answering": {
    about: "cache",
    levels: ["bad"],
    thresholds: ["always"],
    forSeconds: 300,
    inhibitedBy: ["silent", "off", "suspended", "updating"],
  },
  updating: {
    about: "cache",
    levels: ["warn"],
    thresholds: [],
    forSeconds: 0,
    clearSeconds: 0,
    inhibitedBy: ["wiped"],
    silent: true,
  },
  clock: {
    about: "cache",
    levels: ["bad"],
    thresholds: ["clockAheadSeconds"],
    // ours may be wrong for a look, until it is set
    forSeconds: 600,
    inhibitedBy: [],
  },
  source: {
    about: "cache",
    levels: ["bad"],
    thresholds: ["always"],
    forSeconds: 900,
    inhibitedBy: ["silent", "off"],
  },
  disk: {
    about: "cache",
    levels: ["warn"],
    thresholds: ["lowSpace"],
    forSeconds: 3600,
    inhibitedBy: ["silent", "off", "wiped", "pressure"],
  },
  pressure: {
    about: "cache",
    levels: ["bad"],
    thresholds: ["pressure"],
    inhibitedBy: ["silent", "off", "wiped"],
  },
  "evicted-young": {
    about: "cache",
    levels: ["bad"],
    thresholds: ["evictedYoungBytes"],
    inhibitedBy: ["silent", "off", "wiped", "pressure", "disk"],
  },
  "not-caching": {
    about: "cache",
    levels: ["bad"],
    thresholds: ["busyDayBytes"],
    clearSeconds: 0,
    inhibitedBy: ["silent", "off", "wiped", "unregistered", "suspended"],
  },
  "hit-ratio": {
    about: "cache",
    levels: ["bad"],
    thresholds: ["hitRatio", "busyDayBytes"],
    clearSeconds: 0,
    inhibitedBy: ["silent", "off", "wiped", "unregistered", "suspended", "pressure", "not-caching"],
  },
  idle: {
    about: "cache",
    levels: ["warn"],
    thresholds: ["newestRowSeconds"],
    inhibitedBy: ["silent", "off", "unregistered", "suspended", "unreachable", "wiped", "source"],
  },
  neighbour: {
    about: "cache",
    levels: ["warn"],
    thresholds: ["always"],
    forSeconds: 900,
    inhibitedBy: ["silent", "off", "suspended", "unregistered"],
  },
  "wan-month": {
    about: "cache",
    levels: ["bad"],
    thresholds: [],
    clearSeconds: 0,
    inhibitedBy: ["silent"],
  },
  "wan-forecast": {
    about: "cache",
    levels: ["warn"],
    thresholds: [],
    clearSeconds: 0,
    inhibitedBy: ["silent", "wan-month"],
  },
  "wan-day": {
    about: "cache",
    levels: ["warn"],
    thresholds: [],
    clearSeconds: 0,
    inhibitedBy: ["silent"],
  },
  "warming-failed": {
    about: "cache",
    levels: ["bad"],
    thresholds: ["warmingFailed"],
    clearSeconds: 0,
    inhibitedBy: OF_WARMING,
  },
  "warming-skipped": {
    about: "cache",
    levels: ["warn"],
    thresholds: ["any"],
    clearSeconds: 0,
    inhibitedBy: OF_WARMING,
  },
  "warming-late": {
    about: "cache",
    levels: ["warn"],
    thresholds: ["any"],
    clearSeconds: 0,
    inhibitedBy: OF_WARMING,
  },
  "warming-missed": {
    about: "cache",
    levels: ["warn"],
    thresholds: ["any"],
    clearSeconds: 0,
    inhibitedBy: OF_WARMING,
  },
  "update-not-warmed": {
    about: "cache",
    levels: ["warn"],
    thresholds: ["any"],
    forSeconds: 86_400,
    clearSeconds: 0,
    inhibitedBy: [...OF_WARMING, "warming-failed"],
  },
  "journal-disk": {
    about: "own",
    levels: ["bad", "warn"],
    thresholds: ["journalFreeBytes"],
    inhibitedBy: [],
  },
  "journal-damaged": {
    about: "own",
    levels: ["warn"],
    thresholds: ["any"],
    inhibitedBy: [],
  },
  "rows-set-aside": {
    about: "own",
    levels: ["bad"],
    thresholds: ["any"],
    inhibitedBy: [],
  },
  "log-unknown": {
    about: "own",
    levels: ["warn"],
    thresholds: ["logUnknown", "logLines"],
    forSeconds: 3600,
    inhibitedBy: [],
  },
  "sink-behind": {
    about: "own",
    levels: ["bad", "warn"],
    thresholds: ["sinkSeconds", "backlogBytes"],
    forSeconds: 300,
    inhibitedBy: [],
  },
  "sink-rejects": {
    about: "own",
    levels: ["warn"],
    thresholds: ["any"],
    inhibitedBy: [],
  },
  notifier: {
    about: "own",
    levels: ["bad"],
    thresholds: ["any"],
    forSeconds: 600,
    clearSeconds: 0,
    inhibitedBy: [],
  },
} as const satisfies Record<string, AlertRuleFacts>;

export type AlertRuleId = keyof typeof ALERT_RULES;

/** The name of every rule, the gravest first. */
export const ALERT_RULE_IDS = Object.keys(ALERT_RULES) as readonly AlertRuleId[];

/** How long what a rule finds has to last before it is an alert, in seconds. */
export function forSecondsOf(rule: AlertRuleFacts, level?: FindingLevel): number {
  if (level !== undefined && rule.atOnce === level) return 0;
  const [first] = rule.thresholds;
  const threshold: Threshold | undefined = first === undefined ? undefined : THRESHOLDS[first];
  return rule.forSeconds ?? threshold?.alertAfterSeconds ?? 0;
}

/** How long it has to be well again before the alert is over, in seconds. */
export function clearSecondsOf({ clearSeconds = CLEAR_SECONDS }: AlertRuleFacts): number {
  return clearSeconds;
}
