/**
 * What the collector knows of itself and of the cache's fate: `larder` after every pass, and `events` for dashboards.
 *
 * Events are found by comparing two readings of the status, kept in the commit marks: the one of the last pass in
 * our own cursor, the present one in that of the status source. Points and cursor are one batch, so that nothing is reported
 * twice or forgotten.
 *
 * @module
 */

import { wasWiped } from "../../core/cache/cache.ts";
import { asObject, asText, type Batch, type Cursors, type Json } from "../../core/journal/journal.ts";
import { type FieldValue, fieldText, tagText } from "../../core/line/line.ts";
import { ageText, bytesText } from "../../core/words/amounts.ts";
import type { PassReport } from "../pass.ts";
import {
  CLOCK_AHEAD_MS,
  MANAGER_STATUS,
  type ManagerStatusCursor,
  parseCursor,
  SERVICE_LOG,
} from "../sources/sources.ts";

/** The key of our cursor in the journal. */
const SELF_CURSOR = "self";

/** Something that happened, in the words of the tag `event`. */
export type EventKind =
  | "restarted"
  | "reconfigured"
  | "wiped"
  | "unregistered"
  | "registered"
  | "gap"
  | "off"
  | "suspended"
  | "silent"
  | "unreachable"
  | "serving";

export interface CacheEvent {
  readonly kind: EventKind;
  readonly title: string;
  readonly text: string;
  readonly timeMs: number;
}

/** How the cache was at a reading. */
export interface Observed {
  readonly timeMs: number;
  readonly guid: string | undefined;
  /** When its totals began, as printed. */
  readonly since: string | undefined;
  readonly usedBytes: number | undefined;
  /** Its limit; 0 where it has none. */
  readonly limitBytes?: number | undefined;
  /** The last state there was, in the words of `cachestatus`. */
  readonly state?: string | undefined;
  /** The last word there was: 1 registered, -1 not. A registration under way changes nothing yet. */
  readonly registered: 1 | -1 | undefined;
}

interface SelfCursor {
  readonly passMs: number | undefined;
  readonly newestMs: number | undefined;
  readonly observed: Observed | undefined;
}

/** A pass comes every minute or so; after this long it is a gap. */
const GAP_MS = 15 * 60_000;

/** What a pass leaves behind. */
export interface SelfContext {
  /** Those of the journal after the pass. */
  readonly cursors: Cursors;
  /** Escaped text of the tags that go on every line. */
  readonly tags: string;
  readonly nowMs: number;
}

/**
 * The batch to append after a pass: a `larder` line, and a line for each event.
 */
export function selfBatch(report: PassReport, { cursors, tags, nowMs }: SelfContext): Batch {
  const before = parseSelf(cursors[SELF_CURSOR]);
  const observed = observe(parseCursor(cursors[MANAGER_STATUS]), before.observed);
  const newestMs = newestRow(report, before.newestMs, nowMs);
  const events = [
    ...(before.observed === undefined || observed === undefined ? [] : detectEvents(before.observed, observed)),
    ...detectGap(before.passMs, report.startedMs),
  ];
  const lines = [selfLine(report, newestMs, { tags, timeMs: nowMs }), ...events.map((event) => eventLine(event, tags))];
  const times = [nowMs, ...events.map(({ timeMs }) => timeMs)];
  return {
    lines: lines.join(""),
    lineCount: lines.length,
    span: { fromMs: Math.min(...times), toMs: Math.max(...times) },
    cursors: { [SELF_CURSOR]: selfJson({ passMs: report.startedMs, newestMs, observed }) },
  };
}

/** The event of each state a cache comes into. */
const STATE_EVENTS: Readonly<Record<string, readonly [title: string, text: string]>> = {
  off: ["Switched off", "if nobody did, its volume may be missing: it switches itself off then"],
  suspended: ["Suspended itself", "it waits for Apple's answer to its registration and keeps what it holds"],
  silent: ["Does not answer", "its status says that it serves, and nothing answers on its port"],
  unreachable: ["Not reachable", "it answers on its own computer and not on its address in the network"],
  serving: ["Serving again", "it answers on its port"],
};

function limitText(bytes: number): string {
  return bytes === 0 ? "unlimited" : bytesText(bytes);
}

/** What happened between two readings of one cache. */
export function detectEvents(before: Observed, now: Observed): CacheEvent[] {
  if (before.guid !== now.guid || now.timeMs <= before.timeMs) return [];
  const found: CacheEvent[] = [];
  const tell = (kind: EventKind, title: string, text: string): void => {
    found.push({ kind, title, text, timeMs: now.timeMs });
  };
  if (before.since !== undefined && now.since !== undefined && before.since !== now.since) {
    const limits = [before, now].map(({ limitBytes }) => limitBytes);
    if (limits[0] !== limits[1] && !limits.includes(undefined)) {
      const [was = 0, is = 0] = limits;
      const text = `its limit was ${limitText(was)} and is ${limitText(is)}; its totals restarted at ${now.since}, its content stays`;
      tell("reconfigured", "Settings arrived", text);
    } else tell("restarted", "Service restarted", `its totals restarted at ${now.since}`);
  }
  const [title, text] = STATE_EVENTS[now.state ?? ""] ?? [];
  if (title !== undefined && text !== undefined && before.state !== undefined && before.state !== now.state) {
    // the end of a start needs no event: the restart has its own
    if (now.state !== "serving" || STATE_EVENTS[before.state] !== undefined) tell(now.state as EventKind, title, text);
  }
  const { usedBytes: held = 0 } = before;
  if (now.usedBytes !== undefined && wasWiped(held, now.usedBytes)) {
    tell("wiped", "Cache wiped", `it held ${bytesText(held)} and now holds ${bytesText(now.usedBytes)}`);
  }
  if (before.registered === 1 && now.registered === -1) {
    tell(
      "unregistered",
      "Registration lost",
      "Apple does not send clients here; the cache may be wiped within minutes",
    );
  }
  if (before.registered === -1 && now.registered === 1) {
    tell("registered", "Registration back", "Apple sends clients here again");
  }
  return found;
}

/** A pass after a long silence. */
export function detectGap(lastPassMs: number | undefined, passMs: number): CacheEvent[] {
  if (lastPassMs === undefined || passMs - lastPassMs < GAP_MS) return [];
  const text = `no pass for ${ageText(passMs - lastPassMs)}; what the cache recorded meanwhile has been read now`;
  return [{ kind: "gap", title: "Collector back after a gap", text, timeMs: passMs }];
}

/** The present reading; where it lacks something, what was known before still holds. */
function observe(cursor: ManagerStatusCursor | undefined, before: Observed | undefined): Observed | undefined {
  if (cursor === undefined) return before;
  const same = before?.guid === cursor.guid ? before : undefined;
  const { registered } = cursor.seen;
  return {
    timeMs: cursor.timeMs,
    guid: cursor.guid,
    since: cursor.totals?.since ?? same?.since,
    usedBytes: cursor.seen.usedBytes ?? same?.usedBytes,
    limitBytes: cursor.seen.limitBytes ?? same?.limitBytes,
    state: cursor.seen.state ?? same?.state,
    registered: registered === 1 || registered === -1 ? registered : same?.registered,
  };
}

/** Time of the newest row ever read that is not in the future: of databases if there are any, as a status is always fresh. */
function newestRow(report: PassReport, before: number | undefined, nowMs: number): number | undefined {
  const databases = report.sources.filter(({ name }) => name !== MANAGER_STATUS && name !== SERVICE_LOG);
  const read = (databases.length > 0 ? databases : report.sources).flatMap((source) => source.newestMs ?? []);
  const times = [...(before === undefined ? [] : [before]), ...read].filter((ms) => ms <= nowMs + CLOCK_AHEAD_MS);
  return times.length === 0 ? undefined : Math.max(...times);
}

function selfLine(report: PassReport, newestMs: number | undefined, stamp: Stamp): string {
  const { sources, sinks } = report;
  const integer = (value: number): FieldValue => ({ integer: value });
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const fields: Record<string, FieldValue> = {
    up: integer(sources.every(({ problem }) => problem === undefined) ? 1 : 0),
    rows: integer(sum(sources.map(({ rows }) => rows))),
    lines: integer(sum(sources.map(({ lines }) => lines))),
    shipped: integer(sum(sinks.map(({ shippedLines }) => shippedLines))),
    backlog: integer(Math.max(0, ...sinks.map(({ backlogBytes }) => backlogBytes))),
    rejects: integer(sum(sinks.map(({ rejectedLines }) => rejectedLines))),
    expired: integer(sum(sinks.map(({ expiredLines }) => expiredLines))),
    seconds: { float: report.seconds },
  };
  for (const { understood } of sources) {
    if (understood === undefined) continue;
    fields["log.lines"] = integer(understood.lines);
    fields["log.unknown"] = integer(understood.unknown);
    fields["log.unnamed"] = integer(understood.unnamed);
  }
  if (newestMs !== undefined) fields["lag"] = { float: Math.max(0, (stamp.timeMs - newestMs) / 1000) };
  return lineOf("larder", fields, stamp);
}

function eventLine({ kind, title, text, timeMs }: CacheEvent, tags: string): string {
  const fields = { title: { text: title }, text: { text }, tags: { text: `larder,${kind}` } };
  return lineOf("events", fields, { tags: `${tags}${tagText({ event: kind })}`, timeMs });
}

/** What a line has beside its fields. */
interface Stamp {
  /** Escaped. */
  readonly tags: string;
  readonly timeMs: number;
}

function lineOf(name: string, fields: Readonly<Record<string, FieldValue>>, { tags, timeMs }: Stamp): string {
  const values = Object.entries(fields).map(([key, value]) => `${key}=${fieldText(value)}`);
  return `${name}${tags} ${values.join(",")} ${timeMs}\n`;
}

function selfJson(cursor: SelfCursor): Json {
  // what is undefined is left out
  return JSON.parse(JSON.stringify({ v: 1, ...cursor })) as Json;
}

function parseSelf(json: Json | undefined): SelfCursor {
  const cursor = asObject(json);
  const seen = asObject(cursor?.["observed"]);
  const timeMs = asNumber(seen?.["timeMs"]);
  const registered = asNumber(seen?.["registered"]);
  return {
    passMs: asNumber(cursor?.["passMs"]),
    newestMs: asNumber(cursor?.["newestMs"]),
    observed:
      timeMs === undefined
        ? undefined
        : {
            timeMs,
            guid: asText(seen?.["guid"]),
            since: asText(seen?.["since"]),
            usedBytes: asNumber(seen?.["usedBytes"]),
            limitBytes: asNumber(seen?.["limitBytes"]),
            state: asText(seen?.["state"]),
            registered: registered === 1 || registered === -1 ? registered : undefined,
          },
  };
}

function asNumber(json: Json | undefined): number | undefined {
  return typeof json === "number" ? json : undefined;
}
