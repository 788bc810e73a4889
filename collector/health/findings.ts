/**
 * What is wrong, and what to do about it. Pure: facts in, findings out, the worst first.
 *
 * @module
 */

import { type Finding, worstFirst } from "../../core/finding.ts";
import type { CacheState } from "../../core/history/history.ts";
import { type Level, levelOf, THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import { bytesText, countText, percentText } from "../../core/words/amounts.ts";
import { agoText } from "./ago-text.ts";
import type { CacheFacts, PipeFacts, SinkFacts } from "./facts.ts";
import { isFull, journalFindings } from "./journal-findings.ts";
import { warmingFindings } from "./warming-findings.ts";

export { type Finding, type FindingLevel, worstLevel } from "../../core/finding.ts";

/** What Apple's words for a failed registration ask for. */
const REGISTRATION_ADVICE: Readonly<Record<string, string>> = {
  NOT_ACTIVATED: "switch content caching on: sudo AssetCacheManagerUtil activate",
  WIRELESS_PORTABLE_NOT_SUPPORTED: "connect this Mac by cable, and a portable to its power supply",
  INVALID_IP_RANGE: "correct PublicRanges in the cache's settings",
  PUBLIC_IP_NOT_IN_RANGE: "add this site's public address to PublicRanges in the cache's settings",
  TOO_MANY_PRIVATE_ADDRESSES: "give this Mac fewer addresses, or set the interface it caches on",
  INVALID_DEVICE: "this Mac may not be a cache: use a Mac that is not a virtual machine",
};

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
    found.push(bad("never-ran", "no pass has run in seven days", "run one and see: larder collect --once"));
  } else if (silent !== "fine") {
    const said = `the collector is silent: the last pass was ${agoText(nowMs - pass.timeMs)} ago`;
    found.push(of(silent, "collector-silent", said, "see that it runs; by hand: larder collect --once"));
  } else if (!pass.up) {
    found.push(bad("source-failed", "the last pass could not read all its sources", "see why: larder collect --once"));
  }
  if (readsStatus && pass !== undefined) {
    if (cache === undefined) {
      found.push(warn("status-unknown", "no status from the cache yet", "see why: larder collect --once"));
    } else if (ageLevel(THRESHOLDS.statusSeconds, nowMs - cache.timeMs) !== "fine") {
      const said = `the status of the cache is ${agoText(nowMs - cache.timeMs)} old`;
      found.push(warn("status-old", said, "see why: larder collect --once"));
    }
  }
  if (lastRowMs !== undefined && ageLevel(THRESHOLDS.newestRowSeconds, nowMs - lastRowMs) !== "fine") {
    const said = `nothing was asked of the cache for ${agoText(nowMs - lastRowMs)}`;
    found.push(warn("idle", said, "on a device: AssetCacheLocatorUtil says whether it finds the cache"));
  }
  return found;
}

function ownFindings({ cache, events, nowMs }: CacheFacts): Finding[] {
  const found = cache === undefined ? [] : [...stateFindings(cache), ...roomFindings(cache)];
  for (const { role, address } of cache?.neighbours.filter(({ healthy }) => !healthy) ?? []) {
    found.push(
      warn("neighbour-unhealthy", `${role} ${address} does not answer`, "see whether that cache is switched on"),
    );
  }
  const wiped = events.find(({ event }) => event === "wiped");
  if (wiped !== undefined) {
    const said = `the cache was wiped ${agoText(nowMs - wiped.timeMs)} ago: ${wiped.text}`;
    found.push(warn("wiped", said, "warm it before the next school day: larder precache plan"));
  }
  return found;
}

/** A handful of lines says nothing. */
const ENOUGH_LINES = 100;

function logFindings(log: PipeFacts["log"]): Finding[] {
  if (log === undefined || log.lines < ENOUGH_LINES) return [];
  const share = log.unknown / log.lines;
  if (levelOf(THRESHOLDS.logUnknown, share) === "fine") return [];
  const said = `${percentText(share, 0)} of the lines of the cache's log are of no known shape: its numbers are too low`;
  return [warn("log-unknown", said, "see whether larder has an update for this macOS, and report some of the lines")];
}

function receivedFindings(received: PipeFacts["received"]): Finding[] {
  if (received === undefined) return [];
  const { setAside, unassigned, asidePath } = received;
  const found: Finding[] = [];
  if (setAside > 0) {
    const said = `${countText(setAside, "report")} of caches set aside in a day: their time cannot be right`;
    found.push(warn("reports-set-aside", said, `correct the clock of the caches named in ${asidePath}`));
  }
  if (unassigned > 0) {
    const said = `${countText(unassigned, "report")} in a day are of caches that the table of sites does not name`;
    found.push(warn("caches-unassigned", said, "see which: larder receive sites check"));
  }
  return found;
}

/** States that look alike in a status, and what to do about each. */
const STATE_FINDINGS: Readonly<Record<string, readonly [level: Finding["level"], said: string, next: string]>> = {
  suspended: [
    "bad",
    "the cache has suspended itself until Apple answers; what it holds stays",
    "see that this Mac reaches lcdn-registration.apple.com; it retries on its own within 17 minutes",
  ],
  silent: [
    "bad",
    "the cache says that it serves, and nothing answers on its port",
    "on the cache: restart content caching",
  ],
  unreachable: [
    "bad",
    "the cache answers on its own computer and not on its address in the network",
    "see whether this Mac still has its address, and what is between it and the clients",
  ],
};

function stateFindings(cache: CacheState): Finding[] {
  if (cache.activated === false) {
    const next = REGISTRATION_ADVICE["NOT_ACTIVATED"] ?? "";
    return [bad("not-activated", "content caching is switched off on this Mac", next)];
  }
  const found: Finding[] = [];
  if (cache.registered === -1) {
    const word = cache.registrationError ?? "";
    const next = REGISTRATION_ADVICE[word] ?? "see that this Mac reaches lcdn-registration.apple.com over the network";
    const said = `Apple refused the registration${word === "" ? "" : `: ${word}`}; the cache may delete all it holds`;
    found.push(bad("unregistered", said, next));
  } else if (cache.registered === 0) {
    found.push(
      warn("registering", "the registration with Apple is still under way", "wait some minutes and look again"),
    );
  }
  if (cache.active === undefined && !(cache.activated === true && cache.startup === "OK")) {
    const said = "the status does not say whether the cache is active";
    found.push(warn("activity-unknown", said, "on the cache: AssetCacheManagerUtil status"));
  }
  const [level, said, next] = STATE_FINDINGS[cache.state ?? ""] ?? [];
  if (level !== undefined && said !== undefined && next !== undefined && cache.registered !== -1) {
    found.push({ id: cache.state ?? "", level, said, next });
  } else if (cache.active === false && cache.registered !== -1) {
    const word = cache.startup === undefined ? "" : `: it says ${cache.startup}`;
    found.push(bad("inactive", `the cache does not serve${word}`, "on the cache: AssetCacheManagerUtil status"));
  }
  return found;
}

function roomFindings(cache: CacheState): Finding[] {
  const found: Finding[] = [];
  const next = "raise the cache's limit, or give it a larger disk";
  const pressureLevel = levelOf(THRESHOLDS.pressure, cache.pressure ?? 0);
  if (cache.diskExceeded === true) {
    found.push(warn("disk-exceeded", "the cache holds more than its disk has room for", next));
  } else if (cache.lowSpace === true || pressureLevel !== "fine") {
    const pressure = cache.pressure === undefined ? "" : ` (pressure ${percentText(cache.pressure, 0)})`;
    const said = `the cache is short of room and evicts young content${pressure}`;
    found.push(of(pressureLevel, "low-space", said, next));
  }
  if ((cache.alerts ?? 0) > 0) {
    const said = `the cache itself raises ${countText(cache.alerts ?? 0, "alert")}`;
    found.push(warn("alerts", said, "on the cache: AssetCacheManagerUtil -j status shows them"));
  }
  return found;
}

function sinkFindings(sink: SinkFacts, nowMs: number): Finding[] {
  const { name, place, movedMs, backlogBytes, lostBytes, rejectBytes, problem } = sink;
  const found: Finding[] = [];
  const still = movedMs === undefined ? Number.POSITIVE_INFINITY : nowMs - movedMs;
  const late = ageLevel(THRESHOLDS.sinkSeconds, still);
  const stopped = problem?.stopped === true;
  if (backlogBytes > 0 && (late !== "fine" || stopped)) {
    const since = movedMs === undefined ? "has never taken anything" : `has taken nothing for ${agoText(still)}`;
    const why = problem === undefined ? "" : ` (${problem.message})`;
    const said = `${name} ${since}; what waits is kept${why}`;
    const next = problem?.next ?? `see what ${place} answers: larder collect --once`;
    found.push(late === "trouble" || stopped ? bad("sink-stopped", said, next) : warn("sink-late", said, next));
  }
  if (lostBytes > 0) {
    const next = "give the journal more room: journal.keepMegabytes";
    found.push(bad("sink-lost", `${bytesText(lostBytes)} of the journal were removed before ${name} took them`, next));
  }
  if (rejectBytes > 0) {
    const next = `read the reasons in ${sink.rejectPath}, mend the cause, then: larder sinks retry ${name}`;
    found.push(warn("sink-rejects", `${name} permanently rejected lines; they are kept beside the journal`, next));
  }
  return found;
}

function bad(id: string, said: string, next: string): Finding {
  return { id, level: "bad", said, next };
}

function warn(id: string, said: string, next: string): Finding {
  return { id, level: "warn", said, next };
}

/** A finding as bad as its value: `bad` for trouble. */
function of(level: Level, id: string, said: string, next: string): Finding {
  return level === "trouble" ? bad(id, said, next) : warn(id, said, next);
}

function ageLevel(threshold: Threshold, ms: number): Level {
  return levelOf(threshold, ms / 1000);
}
