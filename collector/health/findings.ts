/**
 * What is wrong, and what to do about it. Pure: facts in, findings out, the worst first.
 *
 * @module
 */

import { type Finding, finding, worstFirst } from "../../core/finding.ts";
import type { CacheState } from "../../core/history/history.ts";
import { WIPE_EVENTS } from "../../core/schema.ts";
import { type Level, levelOf, THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import type { CacheFacts, PipeFacts, SinkFacts } from "./facts.ts";
import { isFull, journalFindings } from "./journal-findings.ts";
import { warmingFindings } from "./warming-findings.ts";

export { type Finding, type FindingLevel, worstLevel } from "../../core/finding.ts";

/** What Apple's words for a failed registration ask for. */
const REGISTRATION_ADVICE = {
  NOT_ACTIVATED: "activate",
  WIRELESS_PORTABLE_NOT_SUPPORTED: "cable",
  INVALID_IP_RANGE: "correctRanges",
  PUBLIC_IP_NOT_IN_RANGE: "addAddress",
  TOO_MANY_PRIVATE_ADDRESSES: "fewerAddresses",
  INVALID_DEVICE: "otherMac",
} as const;

type Advice = (typeof REGISTRATION_ADVICE)[keyof typeof REGISTRATION_ADVICE];

/** Findings of all kinds, the worst first. */
export function findings(facts: CacheFacts & PipeFacts): Finding[] {
  return worstFirst([
    ...journalFindings(facts.journal),
    ...pipeFindings(facts),
    ...cacheFindings(facts),
    ...logFindings(facts.log),
    ...receivedFindings(facts.received),
    ...facts.sinks.flatMap((sink) => sinkFindings(sink, facts.nowMs)),
  ]);
}

/** What is wrong with a cache that another computer watches: the pipe there is not seen from here. */
export function cacheFindings(facts: CacheFacts): Finding[] {
  return worstFirst([...ownFindings(facts), ...warmingFindings(facts)]);
}

function pipeFindings(facts: CacheFacts & PipeFacts): Finding[] {
  const { nowMs, pass, readsStatus, received, cache, lastRowMs, journal } = facts;
  const found: Finding[] = [];
  const silent = pass === undefined ? "trouble" : ageLevel(THRESHOLDS.silentSeconds, nowMs - pass.timeMs);
  if (isFull(journal) && silent !== "fine") {
    // a pass that cannot be recorded leaves no trace: the disk is the finding
  } else if (pass === undefined && received !== undefined) {
    // others collect for it
  } else if (pass === undefined) {
    found.push(finding({ id: "never-ran", level: "bad", said: "neverRan", next: "firstPass", values: {} }));
  } else if (silent !== "fine") {
    const how = { level: levelFor(silent), values: { age: (nowMs - pass.timeMs) / 1000 } };
    found.push(finding({ id: "collector-silent", said: "collectorSilent", next: "runningCollector", ...how }));
  } else if (!pass.up) {
    found.push(finding({ id: "source-failed", level: "bad", said: "sourceFailed", next: "collect", values: {} }));
  }
  if (readsStatus && pass !== undefined) {
    if (cache === undefined) {
      found.push(finding({ id: "status-unknown", level: "warn", said: "statusUnknown", next: "collect", values: {} }));
    } else if (ageLevel(THRESHOLDS.statusSeconds, nowMs - cache.timeMs) !== "fine") {
      const values = { age: (nowMs - cache.timeMs) / 1000 };
      found.push(finding({ id: "status-old", level: "warn", said: "statusOld", next: "collect", values }));
    }
  }
  if (lastRowMs !== undefined && ageLevel(THRESHOLDS.newestRowSeconds, nowMs - lastRowMs) !== "fine") {
    const values = { age: (nowMs - lastRowMs) / 1000 };
    found.push(finding({ id: "idle", level: "warn", said: "idle", next: "locate", values }));
  }
  return found;
}

function ownFindings({ cache, events, nowMs }: CacheFacts): Finding[] {
  const found = cache === undefined ? [] : [...stateFindings(cache), ...roomFindings(cache)];
  for (const { role, address } of cache?.neighbours.filter(({ healthy }) => !healthy) ?? []) {
    const how = { said: "neighbourUnhealthy", next: "checkNeighbour", values: { role, address } } as const;
    found.push(finding({ id: "neighbour-unhealthy", level: "warn", ...how }));
  }
  const wiped = events.find(({ event }) => WIPE_EVENTS.includes(event));
  if (wiped !== undefined) {
    const values = { age: (nowMs - wiped.timeMs) / 1000, text: wiped.text };
    found.push(finding({ id: "wiped", level: "warn", said: "wiped", next: "warm", values }));
  }
  return found;
}

function logFindings(log: PipeFacts["log"]): Finding[] {
  if (log === undefined || levelOf(THRESHOLDS.logLines, log.lines) === "fine") return [];
  const share = log.unknown / log.lines;
  if (levelOf(THRESHOLDS.logUnknown, share) === "fine") return [];
  const values = { share };
  return [finding({ id: "log-unknown", level: "warn", said: "logUnknown", next: "updateForLog", values })];
}

function receivedFindings(received: PipeFacts["received"]): Finding[] {
  if (received === undefined) return [];
  const { setAside, unassigned, asidePath } = received;
  const found: Finding[] = [];
  if (setAside > 0) {
    const values = { count: setAside, path: asidePath };
    const how = { said: "reportsSetAside", next: "correctClocks", values } as const;
    found.push(finding({ id: "reports-set-aside", level: "warn", ...how }));
  }
  if (unassigned > 0) {
    const how = { said: "cachesUnassigned", next: "checkSites", values: { count: unassigned } } as const;
    found.push(finding({ id: "caches-unassigned", level: "warn", ...how }));
  }
  return found;
}

/** States that look alike in a status, and what to do about each. */
const STATE_FINDINGS = new Map([
  ["suspended", { said: "suspended", next: "checkSuspended" }],
  ["silent", { said: "silentPort", next: "restart" }],
  ["unreachable", { said: "unreachable", next: "checkAddress" }],
] as const);

function stateFindings(cache: CacheState): Finding[] {
  if (cache.activated === false) {
    return [finding({ id: "not-activated", level: "bad", said: "notActivated", next: "activate", values: {} })];
  }
  const found: Finding[] = [];
  const word = cache.registrationError ?? "";
  if (cache.registered === -1) {
    const next: Advice | "checkNetwork" = Object.hasOwn(REGISTRATION_ADVICE, word)
      ? REGISTRATION_ADVICE[word as keyof typeof REGISTRATION_ADVICE]
      : "checkNetwork";
    const said = word === "" ? "unregistered" : "unregisteredSays";
    found.push(finding({ id: "unregistered", level: "bad", said, next, values: { word } }));
  } else if (cache.registered === 0) {
    found.push(finding({ id: "registering", level: "warn", said: "registering", next: "wait", values: {} }));
  }
  if (cache.active === undefined && !(cache.activated === true && cache.startup === "OK")) {
    found.push(finding({ id: "activity-unknown", level: "warn", said: "activityUnknown", next: "status", values: {} }));
  }
  const state = cache.state as "suspended" | "silent" | "unreachable" | undefined;
  const known = state === undefined ? undefined : STATE_FINDINGS.get(state);
  if (state !== undefined && known !== undefined && cache.registered !== -1) {
    found.push(finding({ id: state, level: "bad", ...known, values: {} }));
  } else if (cache.active === false && cache.registered !== -1) {
    const said = cache.startup === undefined ? "inactive" : "inactiveSays";
    const values = { word: cache.startup ?? "" };
    found.push(finding({ id: "inactive", level: "bad", said, next: "status", values }));
  }
  return found;
}

function roomFindings(cache: CacheState): Finding[] {
  const found: Finding[] = [];
  const { pressure, alerts = 0 } = cache;
  const pressureLevel = levelOf(THRESHOLDS.pressure, pressure ?? 0);
  if (cache.diskExceeded === true) {
    found.push(finding({ id: "disk-exceeded", level: "warn", said: "diskExceeded", next: "moreRoom", values: {} }));
  } else if (cache.lowSpace === true || pressureLevel !== "fine") {
    const said = pressure === undefined ? "lowSpace" : "lowSpacePressure";
    const how = { level: levelFor(pressureLevel), values: { pressure: pressure ?? 0 } };
    found.push(finding({ id: "low-space", said, next: "moreRoom", ...how }));
  }
  if (alerts > 0) {
    found.push(
      finding({ id: "alerts", level: "warn", said: "alerts", next: "checkAlerts", values: { count: alerts } }),
    );
  }
  return found;
}

function sinkFindings(sink: SinkFacts, nowMs: number): Finding[] {
  const { name, place, movedMs, backlogBytes, lostBytes, rejectBytes, rejectPath, problem } = sink;
  const found: Finding[] = [];
  const still = movedMs === undefined ? Number.POSITIVE_INFINITY : nowMs - movedMs;
  const late = ageLevel(THRESHOLDS.sinkSeconds, still);
  const stopped = problem?.stopped === true;
  if (backlogBytes > 0 && (late !== "fine" || stopped)) {
    const [never, lately] =
      problem === undefined ? (["sinkNever", "sinkLate"] as const) : (["sinkNeverWhy", "sinkLateWhy"] as const);
    const isBad = late === "trouble" || stopped;
    found.push(
      finding({
        id: isBad ? "sink-stopped" : "sink-late",
        level: isBad ? "bad" : "warn",
        said: movedMs === undefined ? never : lately,
        next: problem?.next === undefined ? "sinkAnswers" : "asSaid",
        values: { name, place, age: still / 1000, why: problem?.message ?? "", said: problem?.next ?? "" },
      }),
    );
  }
  if (lostBytes > 0) {
    const values = { name, bytes: lostBytes };
    found.push(finding({ id: "sink-lost", level: "bad", said: "sinkLost", next: "journalRoom", values }));
  }
  if (rejectBytes > 0) {
    const values = { name, path: rejectPath };
    found.push(finding({ id: "sink-rejects", level: "warn", said: "sinkRejects", next: "readReasons", values }));
  }
  return found;
}

/** A finding as bad as its value. */
function levelFor(level: Level): Finding["level"] {
  return level === "trouble" ? "bad" : "warn";
}

function ageLevel(threshold: Threshold, ms: number): Level {
  return levelOf(threshold, ms / 1000);
}
