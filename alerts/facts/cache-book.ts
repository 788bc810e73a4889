/**
 * What is known of one cache, as its lines come in. Lines are kept as they are and read when they are asked for: most are
 * followed by a newer one before.
 *
 * @module
 */
import { flagOf, numberOf, readPoint, textOf } from "../../core/history/history.ts";
import { type Integer, type ParsedLine, parseTags } from "../../core/line/line.ts";
import { RUN_EVENTS, WIPE_EVENTS } from "../../core/schema.ts";
import { DaySums } from "./day-sums.ts";
import type { CacheFacts, EventFacts, NeighbourFacts, PassFacts, StatusFacts } from "./known.ts";
import { Latest, type LatestQuestion } from "./latest.ts";
import { ReportedWipes } from "./reported-wipes.ts";
import { WarmingRuns } from "./warming-runs.ts";

/** A moment, and the local days that count then. */
export interface Calendar extends LatestQuestion {
  readonly todayMs: number;
  readonly yesterdayMs: number;
  readonly monthMs: number;
}

/** Whose newest line counts, each with lines of its own: kinds of events, neighbours. */
type Kind = "pass" | "report" | "status" | "row" | "asset" | "wiped" | "restarted";

/** Lines of `events` that count. */
const EVENTS: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(WIPE_EVENTS.map((event) => [event, "wiped" as const])),
  restarted: "restarted",
};
const KINDS: Readonly<Record<string, Kind>> = {
  larder: "pass",
  cachereport: "report",
  cachestatus: "status",
  bytestoclients: "row",
  precacheasset: "asset",
};
/** Measurements of which the newest lines count. */
export const NEWEST: readonly string[] = [...Object.keys(KINDS), "events", "cachepeers", "precacherun"];

/** Whether more than the newest line of each series says something. */
export function countsEach(measurement: string, stream: string): boolean {
  return measurement === "precacherun" || measurement === "events" || isReported(measurement, stream);
}

/** Whether it is the status of a cache that has no collector beside it. */
function isReported(measurement: string, stream: string): boolean {
  return measurement === "cachestatus" && stream === "receiver";
}

/** Numbers of news are unlike in all books: one may follow another under the same name. */
let lastNews = 0;

export class CacheBook {
  readonly server: string;
  readonly #sums = new DaySums();
  /** What was last said, and when; undefined when it may be another now. */
  #said: { readonly facts: CacheFacts; readonly at: Calendar } | undefined;
  readonly #latest = new Map<Kind, Latest>();
  /** By their tags. */
  readonly #neighbours = new Map<string, Latest>();
  readonly #wipes = new ReportedWipes();
  readonly #runs = new WarmingRuns();

  constructor(server: string) {
    this.server = server;
  }

  /** A line of one of `NEWEST`. */
  take(line: ParsedLine, tags: Readonly<Record<string, string>>, stream: string): void {
    this.#said = undefined;
    const { measurement } = line;
    const event = measurement === "events" ? (tags["event"] ?? "") : undefined;
    const kind = event === undefined ? KINDS[measurement] : EVENTS[event];
    if (kind !== undefined) latestOf(this.#latest, kind).take(line, stream);
    else if (measurement === "cachepeers") latestOf(this.#neighbours, line.tagText).take(line, stream);
    else if (measurement === "precacherun") this.#runs.takeEnd(line, stream);
    else if (event !== undefined && RUN_EVENTS.includes(event)) this.#runs.takeEvent(line, stream);
    if (isReported(measurement, stream)) this.#wipes.take(line);
  }

  /** Adds bytes of a measurement to a day. */
  add(measurement: string, dayMs: number, fields: Readonly<Record<string, Integer>>): void {
    this.#said = undefined;
    this.#sums.add(measurement, dayMs, fields);
  }

  /** What is known; undefined where nothing is. The same object while nothing is new. */
  facts(calendar: Calendar): CacheFacts | undefined {
    const said = this.#said;
    const { nowMs, todayMs } = calendar;
    if (said !== undefined && said.at.todayMs === todayMs && nowMs >= said.at.nowMs) return said.facts;
    const facts = this.#read(calendar);
    this.#said = facts !== undefined && this.#lasts(calendar) ? { facts, at: calendar } : undefined;
    return facts;
  }

  /** Whether what is known stays for the day while no line comes. */
  #lasts(calendar: Calendar): boolean {
    if (this.#wipes.at(calendar) !== undefined) return false;
    return ![...this.#latest.values(), ...this.#neighbours.values()].some((each) => each.isAhead(calendar.nowMs));
  }

  #read(calendar: Calendar): CacheFacts | undefined {
    const { todayMs, yesterdayMs, monthMs } = calendar;
    const at = (kind: Kind): ParsedLine | undefined => this.#latest.get(kind)?.at(calendar);
    const [pass, status, report, row] = [at("pass"), at("status"), at("report"), at("row")];
    const neighbours = this.#neighboursAt(calendar, status?.timeMs);
    const [run, asset] = [this.#runs.event(calendar.sinceMs), at("asset")];
    const tagged = newestOf([pass, status, report, row]) ?? at("restarted") ?? at("wiped") ?? run ?? asset;
    if (tagged === undefined && neighbours.length === 0) return undefined;
    return {
      server: this.server,
      news: ++lastNews,
      tags: ownTags(tagged?.tagText ?? ""),
      heardMs: newestOf([pass, status, report])?.timeMs,
      status: status && statusOf(status),
      neighbours,
      pass: pass && passOf(pass),
      rowMs: row?.timeMs,
      wiped: this.#wipedAt(calendar, at("wiped")),
      restarted: eventOf(at("restarted")),
      warming: run && this.#runs.facts(run, calendar.sinceMs, asset?.timeMs),
      today: this.#sums.traffic(todayMs, todayMs),
      yesterday: this.#sums.traffic(yesterdayMs, yesterdayMs),
      month: this.#sums.traffic(monthMs, todayMs),
      evictedYoungBytes: this.#sums.purgedYoung(todayMs),
    };
  }

  /** Those of the status that counts, as they are written with it: one that is gone is in no later reading. */
  #neighboursAt(asked: LatestQuestion, statusMs: number | undefined): NeighbourFacts[] {
    const lines = [...this.#neighbours.values()].flatMap((latest) => latest.at(asked) ?? []);
    const readingMs = statusMs ?? newestOf(lines)?.timeMs;
    return lines.filter(({ timeMs }) => timeMs === readingMs).flatMap(neighbourOf);
  }

  #wipedAt(asked: LatestQuestion, line: ParsedLine | undefined): EventFacts | undefined {
    const [event, reported] = [eventOf(line), this.#wipes.at(asked)];
    return reported !== undefined && reported.timeMs > (event?.timeMs ?? 0) ? reported : event;
  }
}

function latestOf<Key>(all: Map<Key, Latest>, key: Key): Latest {
  const known = all.get(key);
  if (known !== undefined) return known;
  const latest = new Latest();
  all.set(key, latest);
  return latest;
}

function newestOf(lines: readonly (ParsedLine | undefined)[]): ParsedLine | undefined {
  return lines.reduce((a, b) => (a === undefined || (b !== undefined && b.timeMs > a.timeMs) ? b : a), undefined);
}

/** A line that is asked for at every look is read once. */
const points = new WeakMap<ParsedLine, ReturnType<typeof readPoint>>();

function pointOf(line: ParsedLine): ReturnType<typeof readPoint> {
  const known = points.get(line) ?? readPoint(line);
  points.set(line, known);
  return known;
}

function statusOf(line: ParsedLine): StatusFacts {
  const { timeMs, fields } = pointOf(line);
  return {
    timeMs,
    activated: flagOf(fields.get("activated")),
    active: flagOf(fields.get("active")),
    registered: numberOf(fields.get("registered")),
    registrationError: textOf(fields.get("registration.error")),
    state: textOf(fields.get("state")),
    usedBytes: numberOf(fields.get("used")),
    pressure: numberOf(fields.get("pressure")),
    lowSpace: flagOf(fields.get("lowspace")),
    diskExceeded: flagOf(fields.get("diskexceeded")),
  };
}

function passOf(line: ParsedLine): PassFacts {
  const { timeMs, fields } = pointOf(line);
  return { timeMs, up: numberOf(fields.get("up")) === 1 };
}

function eventOf(line: ParsedLine | undefined): EventFacts | undefined {
  return line && { timeMs: line.timeMs, text: textOf(pointOf(line).fields.get("text")) ?? "" };
}

function neighbourOf(line: ParsedLine): NeighbourFacts[] {
  const { tags, fields } = pointOf(line);
  const healthy = flagOf(fields.get("healthy"));
  return healthy === undefined ? [] : [{ address: tags["peer"] ?? "", role: tags["role"] ?? "", healthy }];
}

/** Tags that lines have beside those of their cache, and its name. */
const OF_LINES: ReadonlySet<string> = new Set(["server", "event", "target", "group", "outcome"]);
const tagsBy = new Map<string, Readonly<Record<string, string>>>();

function ownTags(tagText: string): Readonly<Record<string, string>> {
  const known = tagsBy.get(tagText);
  if (known !== undefined) return known;
  const tags = Object.fromEntries(Object.entries(parseTags(tagText)).filter(([name]) => !OF_LINES.has(name)));
  tagsBy.set(tagText, tags);
  return tags;
}
