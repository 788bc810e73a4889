/**
 * How Grafana watches each rule of `core/alert-rules.ts`: what it asks, or why it repeats what larder found.
 *
 * @module
 */

import type { AlertRuleId } from "../../core/alert-rules.ts";
import type { FindingLevel } from "../../core/finding.ts";
import { fieldsOf, SERVED } from "../../core/measures.ts";
import { RUN_EVENTS, WIPE_EVENTS } from "../../core/schema.ts";
import { firesFrom, THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import type { Board } from "../installation.ts";
import { SILENT_AFTER, SILENT_PIECES } from "../query/query.ts";
import type { AlertQuestion } from "./question.ts";

/** The number from which on it fires. */
export interface Limit {
  readonly is: ">=" | "<";
  readonly limit: number | "wan-day";
}

/** A panel that shows what is asked. */
export interface Shown {
  readonly board: Board;
  /** Its title. */
  readonly panel: string;
}

/** One alert rule of Grafana. */
export interface AlertAsk extends Shown {
  /** Last part of its uid, where that is not the name of the rule: those that were given out before keep theirs. */
  readonly uid?: string;
  /** Of rules with several levels the one it is of. */
  readonly level?: FindingLevel;
  readonly question: AlertQuestion;
  readonly rangeSeconds: number;
  /** How long before now the range ends; default now. */
  readonly untilSeconds?: number;
  readonly fires: Limit;
  /** What it means when nothing comes back at all; default OK. */
  readonly noData?: "Alerting";
  /** Nothing to find is the usual state. */
  readonly mayBeEmpty?: true;
  /** Numbers of days change slowly and are read over days: every quarter of an hour is enough. */
  readonly slow?: true;
}

export type AlertWay =
  | {
      readonly is: "asked";
      readonly asks: readonly AlertAsk[];
      /** Where its answer is another than larder's. */
      readonly differs?: string;
    }
  /** It fires while larder's own rule does, as the stream `alerts` says. */
  | { readonly is: "read"; readonly uid?: string; readonly why: string; readonly shown?: Shown }
  | { readonly is: "none"; readonly why: string };

const HOUR = 3600;
const DAY = 24 * HOUR;
/** A status that is older says nothing of now. */
const FRESH = THRESHOLDS.statusSeconds.watch;
/** As long as larder's rules look back: over a weekend with a day off, and a run that was left out. */
const WEEK = 8 * DAY;

const PROBLEMS: Shown = { board: "fleet", panel: "Caches with problems" };
const ALERTS: Shown = { board: "fleet", panel: "Alerts" };
const FAILED: Shown = { board: "warming", panel: "Failed" };

/** From a limit of the table of thresholds on; without one, from the limit at which larder's rule fires. */
function from(threshold: Threshold, limit = firesFrom(threshold)): Limit {
  return { is: threshold.below === true ? "<" : ">=", limit };
}

const TRUE: Limit = from(THRESHOLDS.any);
const OFF = { field: "activated", is: false } as const;

const asked = (...asks: readonly AlertAsk[]): AlertWay => ({ is: "asked", asks });
const nearly = (differs: string, ...asks: readonly AlertAsk[]): AlertWay => ({ is: "asked", asks, differs });
const read = (why: string, more: { readonly uid?: string; readonly shown?: Shown } = {}): AlertWay => {
  return { is: "read", why, ...more };
};

/** A field of the newest status. */
const status = (field: string) => ({ kind: "last", measurement: "cachestatus", field }) as const;

const TODAY: Pick<AlertAsk, "rangeSeconds" | "slow"> = { rangeSeconds: 2 * DAY, slow: true };
/** Days begin at local midnight: that of yesterday is one to two days ago. */
const YESTERDAY: Pick<AlertAsk, "rangeSeconds" | "untilSeconds" | "slow" | "mayBeEmpty"> = {
  ...{ rangeSeconds: 2 * DAY, untilSeconds: DAY, slow: true, mayBeEmpty: true },
};
const BUSY = firesFrom(THRESHOLDS.busyDayBytes);
const IDLE_HOURS = firesFrom(THRESHOLDS.newestRowSeconds) / HOUR;

const HOLIDAYS = "Grafana knows no `holidays`";

export const WAYS: Readonly<Record<AlertRuleId, AlertWay>> = {
  silent: nearly("Grafana knows no `workHours`; it forgets a cache after two days", {
    question: {
      kind: "heard",
      ...{ measurement: "larder", fields: ["up"], end: { ...SILENT_PIECES, all: SILENT_AFTER } },
    },
    rangeSeconds: 2 * DAY,
    // no report at all
    fires: { is: "<", limit: 1 },
    noData: "Alerting",
    ...PROBLEMS,
  }),
  off: asked({
    question: { kind: "flags", measurement: "cachestatus", wrong: [OFF] },
    rangeSeconds: FRESH,
    fires: TRUE,
    ...PROBLEMS,
  }),
  wiped: nearly("of caches that only report larder sees it in what they hold, and writes no event", {
    question: { kind: "events", among: WIPE_EVENTS.join("|") },
    rangeSeconds: THRESHOLDS.eventSeconds.watch,
    fires: TRUE,
    mayBeEmpty: true,
    ...{ board: "site", panel: "Served by source" },
  }),
  unregistered: asked(
    {
      level: "bad",
      question: { ...status("registered"), unless: OFF },
      rangeSeconds: FRESH,
      fires: from(THRESHOLDS.registered),
      ...PROBLEMS,
    },
    {
      uid: "registering",
      level: "warn",
      question: { ...status("registered"), unless: OFF },
      rangeSeconds: FRESH,
      fires: from(THRESHOLDS.registered, THRESHOLDS.registered.watch),
      ...PROBLEMS,
    },
  ),
  suspended: nearly("a port that answers 503 while the status is good is a text, which VictoriaMetrics does not keep", {
    question: { kind: "flags", measurement: "cachestatus", wrong: [{ field: "active", is: false }], unless: OFF },
    rangeSeconds: FRESH,
    fires: TRUE,
    ...PROBLEMS,
  }),
  unreachable: read("only the Mac itself knows its addresses"),
  "not-answering": read("the state of the port is a text, which VictoriaMetrics does not keep", { shown: PROBLEMS }),
  updating: { is: "none", why: "nobody is notified of it: it only holds back others" },
  clock: read("what is from the future is in no range of time"),
  source: asked({
    question: { kind: "last", measurement: "larder", field: "up" },
    rangeSeconds: THRESHOLDS.silentSeconds.watch,
    fires: from(THRESHOLDS.always),
    ...PROBLEMS,
  }),
  disk: asked({
    question: {
      kind: "flags",
      measurement: "cachestatus",
      wrong: ["lowspace", "diskexceeded"].map((field) => ({ field, is: true })),
    },
    rangeSeconds: FRESH,
    fires: from(THRESHOLDS.lowSpace),
    ...PROBLEMS,
  }),
  pressure: asked({
    question: status("pressure"),
    rangeSeconds: FRESH,
    fires: from(THRESHOLDS.pressure),
    ...{ board: "site", panel: "Cache pressure" },
  }),
  "evicted-young": asked({
    question: { kind: "today", measurement: "bytespurged", field: "bytes.purged.youngerthan1day" },
    ...TODAY,
    mayBeEmpty: true,
    fires: from(THRESHOLDS.evictedYoungBytes),
    ...{ board: "site", panel: "Evicted, by age" },
  }),
  "not-caching": nearly("from the roll-up of the day on, within an hour or so of midnight", {
    question: { kind: "busy-day", as: "bytes", busyBytes: BUSY },
    ...YESTERDAY,
    // not one byte
    fires: { is: "<", limit: 1 },
    ...{ board: "site", panel: "Served by source" },
  }),
  "hit-ratio": nearly(`from the roll-up of the day on; ${HOLIDAYS}`, {
    question: { kind: "busy-day", as: "share", busyBytes: BUSY },
    ...YESTERDAY,
    fires: from(THRESHOLDS.hitRatio),
    ...{ board: "site", panel: "Served by source" },
  }),
  idle: nearly(`by closed hours; ${HOLIDAYS}; it forgets a cache after eight days`, {
    question: {
      kind: "heard",
      ...{ measurement: "bytestoclients_1h", fields: fieldsOf("bytestoclients", SERVED) },
      end: { each: "1h", count: IDLE_HOURS + 1, all: `${IDLE_HOURS}h` },
    },
    rangeSeconds: WEEK,
    slow: true,
    mayBeEmpty: true,
    fires: { is: "<", limit: 1 },
    ...{ board: "site", panel: "Served by source" },
  }),
  neighbour: nearly("one that is no longer listed counts for up to an hour", {
    question: {
      kind: "flags",
      measurement: "cachepeers",
      wrong: [{ field: "healthy", is: false }],
      parts: ["peer", "role"],
    },
    rangeSeconds: FRESH,
    mayBeEmpty: true,
    fires: TRUE,
    ...{ board: "site", panel: "Peers and parents" },
  }),
  "wan-month": read("a calendar month is not a range of time in InfluxQL"),
  "wan-forecast": read("a calendar month is not a range of time in InfluxQL"),
  "wan-day": nearly("paused where neither `alerts.wanGbPerDay` nor `--wan-gb` of the export has a limit", {
    uid: "wan",
    question: { kind: "today", measurement: "bytestoclients", field: "bytes.fromorigin.toclients" },
    ...TODAY,
    fires: { is: ">=", limit: "wan-day" },
    ...{ board: "site", panel: "From Apple" },
  }),
  "warming-failed": asked({
    uid: "warming",
    question: { kind: "newest-run", measurement: "precacherun", field: "failed" },
    rangeSeconds: WEEK,
    mayBeEmpty: true,
    fires: from(THRESHOLDS.warmingFailed),
    ...FAILED,
  }),
  "warming-skipped": asked({
    uid: "skipped",
    question: { kind: "newest-event", event: "run-skipped", among: RUN_EVENTS.join("|") },
    rangeSeconds: WEEK,
    mayBeEmpty: true,
    fires: from(THRESHOLDS.any),
    ...FAILED,
  }),
  "warming-late": read("a run that was killed writes nothing", { shown: FAILED }),
  "warming-missed": read("what did not happen left no line", { shown: FAILED }),
  "update-not-warmed": asked({
    uid: "not-warmed",
    question: { kind: "newest-run", measurement: "precacherun", field: "skipped" },
    rangeSeconds: WEEK,
    mayBeEmpty: true,
    fires: from(THRESHOLDS.any),
    ...FAILED,
  }),
  "journal-disk": read("the room on the disk of the journal is not shipped"),
  "journal-damaged": read("what is damaged is not shipped", { uid: "damaged" }),
  "rows-set-aside": read("what could not become lines is not shipped"),
  "log-unknown": read("it counts the newest lines of the log, not those of a time"),
  "sink-behind": nearly(
    "only the bytes that wait, on the servers that still get lines; one that takes nothing rings as `silent`",
    {
      uid: "behind",
      level: "bad",
      question: { kind: "last", measurement: "larder", field: "backlog" },
      rangeSeconds: HOUR,
      fires: from(THRESHOLDS.backlogBytes),
      ...{ board: "site", panel: "Waiting to be sent" },
    },
  ),
  "sink-rejects": read("what a server rejects it does not have"),
  notifier: read("larder alone knows whom it cannot notify"),
};

/** How far back larder's verdicts are looked for: an alert that is older is remembered by nobody else. */
const VERDICT_SECONDS = 90 * DAY;

/** The rule of Grafana that repeats larder's own. */
export function askVerdict(
  rule: AlertRuleId,
  { uid = rule, shown = ALERTS }: Extract<AlertWay, { is: "read" }>,
): AlertAsk {
  return {
    uid,
    question: { kind: "verdict", rule },
    rangeSeconds: VERDICT_SECONDS,
    fires: TRUE,
    mayBeEmpty: true,
    ...shown,
  };
}
