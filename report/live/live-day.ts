/**
 * What the live page knows of one local day, every cache apart, and the days before it that it shows beside.
 *
 * @module
 */
import {
  askJournal,
  type CacheState,
  type Cut,
  cacheStates,
  events,
  type Followable,
  type Followed,
  type HistoryEvent,
  type LastWarming,
  lastPasses,
  lastWarming,
  newestRow,
  type Pass,
  type Question,
  scanLines,
  type TrafficRow,
  traffic,
  type Wanted,
  type WarmingLines,
  warmingLines,
} from "../../core/history/history.ts";
import { DERIVED_STREAMS } from "../../core/journal/journal.ts";
import { type ParsedLine, parseTags } from "../../core/line/line.ts";
import { bucketStart, bucketsBefore, nextBucket } from "../../core/time/local-days.ts";
import { ByServer } from "./by-server.ts";
import { ALL, RunningTraffic, TRAFFIC_MEASUREMENTS } from "./running-traffic.ts";
import { type UsualDay, usualDay } from "./usual-day.ts";

/** Days of history on the page, today the last. */
export const DAYS = 14;
/** Past weeks whose same weekday says what is usual. */
const WEEKS = 5;
const DAY_MS = 86_400_000;
/** How far back the newest status, pass and row of every cache are looked for. */
const NOW_MS = DAY_MS;
/** And those of this computer's own, what happened, and the last warming run. */
const WEEK_MS = 7 * DAY_MS;
const RUNS_MS = 2 * DAY_MS;
/** A clock may be a little ahead of ours. */
const AHEAD_MS = 3_600_000;

export interface LiveStateOptions {
  readonly stateDir: string;
  readonly timeZone: string;
  /** Name of the cache on this computer. */
  readonly server: string;
}

/** The newest of a week, of the cache on this computer. */
interface OwnNewest {
  readonly state: CacheState | undefined;
  readonly pass: Pass | undefined;
  readonly rowMs: number | undefined;
}

/** The state of one local day. */
export class Day implements Followable {
  readonly fromMs: number;
  readonly toMs: number;
  readonly hours: RunningTraffic;
  readonly days: RunningTraffic;
  readonly states: ByServer<CacheState | undefined>;
  readonly passes: ByServer<Pass | undefined>;
  readonly events: ByServer<HistoryEvent[]>;
  readonly warming: ByServer<WarmingLines>;
  readonly lastWarming: ByServer<LastWarming | undefined>;
  own: OwnNewest = { state: undefined, pass: undefined, rowMs: undefined };
  readonly usual = new Map<string, UsualDay>();
  readonly tags = new Map<string, Readonly<Record<string, string>>>();
  readonly heard = new Map<string, { rowMs: number | undefined; lineMs: number; readonly hours: Set<number> }>();
  /** Servers with lines since it was last emptied. */
  touched = new Set<string>();
  /** Whether alerts began or ended since it was last set back. */
  alertsChanged = false;
  readonly #serverOf = serverNames();
  readonly #spanFromMs: number;

  constructor(nowMs: number, timeZone: string) {
    this.fromMs = bucketStart(nowMs, "day", timeZone);
    this.toMs = nextBucket(nowMs, "day", timeZone);
    const toMs = this.toMs + AHEAD_MS;
    this.#spanFromMs = bucketsBefore(nowMs, DAYS - 1, { unit: "day", zone: timeZone });
    this.hours = new RunningTraffic({ unit: "hour", fromMs: this.fromMs, toMs: this.toMs, timeZone });
    this.days = new RunningTraffic({ unit: "day", fromMs: this.#spanFromMs, toMs: this.toMs, timeZone });
    const now = { fromMs: nowMs - NOW_MS, toMs };
    this.states = new ByServer(() => firstOf(cacheStates(now)), this.#serverOf);
    this.passes = new ByServer(() => firstOf(lastPasses(now)), this.#serverOf);
    this.events = new ByServer(() => events({ fromMs: nowMs - WEEK_MS, toMs }), this.#serverOf);
    this.lastWarming = new ByServer(() => lastWarming({ fromMs: nowMs - WEEK_MS, toMs }), this.#serverOf);
    this.warming = new ByServer(() => warmingLines({ fromMs: nowMs - RUNS_MS, toMs }), this.#serverOf);
  }

  /** Lines that are taken from the journal when it is asked, and from then on as they come. */
  lines(nowMs: number): readonly Wanted[] {
    const toMs = this.toMs + AHEAD_MS;
    const heard = (measurement: string): Wanted => ({
      measurement,
      fromMs: nowMs - NOW_MS,
      toMs,
      take: (line) => this.#hear(line),
    });
    return [
      ...[...this.states.lines, ...this.passes.lines, ...this.events.lines, ...this.warming.lines],
      ...this.lastWarming.lines,
      ...["bytestoclients", "cachestatus", "larder"].map(heard),
      { measurement: "alerts", fromMs: nowMs - NOW_MS, toMs, take: () => (this.alertsChanged = true) },
    ];
  }

  /** The same, and traffic, of lines that are new. */
  followed(nowMs: number): Followed[] {
    const wanted = this.lines(nowMs).map(
      ({ measurement, fromMs, toMs, streams, take }): Followed => ({
        measurement,
        take: (line, stream) => {
          if (line.timeMs < fromMs || line.timeMs >= toMs) return;
          if (streams?.some((name) => name === stream) === false) return;
          take(line);
          this.touched.add(this.#serverOf(line.tagText));
        },
      }),
    );
    const traffic = TRAFFIC_MEASUREMENTS.map((measurement): Followed => {
      return { measurement, take: (line) => this.#count(line) };
    });
    return [...wanted, ...traffic];
  }

  /** The tags of caches that were not heard of lately lie in their closed days. */
  tagLines(): Wanted {
    const take = (line: ParsedLine): void => this.#learnTags(line.tagText);
    return { measurement: "bytestoclients_1d", fromMs: this.#spanFromMs, toMs: this.toMs, take };
  }

  #count(line: ParsedLine): void {
    const server = this.#serverOf(line.tagText);
    const counted = [this.hours.take(line, server), this.days.take(line, server)];
    if (counted.includes(true)) this.touched.add(server);
  }

  #hear(line: ParsedLine): void {
    const server = this.#serverOf(line.tagText);
    this.#learnTags(line.tagText);
    const known = this.heard.get(server) ?? { rowMs: undefined, lineMs: line.timeMs, hours: new Set<number>() };
    this.heard.set(server, known);
    known.lineMs = Math.max(known.lineMs, line.timeMs);
    if (line.measurement === "bytestoclients") known.rowMs = Math.max(known.rowMs ?? line.timeMs, line.timeMs);
    if (line.timeMs >= this.fromMs && line.timeMs < this.toMs) known.hours.add(bucketStart(line.timeMs, "hour", "UTC"));
  }

  readonly #tagTexts = new Set<string>();
  #learnTags(tagText: string): void {
    if (this.#tagTexts.has(tagText)) return;
    this.#tagTexts.add(tagText);
    const tags = parseTags(tagText);
    this.tags.set(tags["server"] ?? "", tags);
  }
}

/** Reads what there is of the day that `nowMs` is in, as of a cut. */
export async function readDay({ stateDir, timeZone, server }: LiveStateOptions, cut: Cut, nowMs: number): Promise<Day> {
  const day = new Day(nowMs, timeZone);
  const base = { timeZone, groupBy: ["server"] };
  const past = (back: number): { readonly fromMs: number; readonly toMs: number } => {
    const fromMs = bucketsBefore(nowMs, back, { unit: "day", zone: timeZone });
    return { fromMs, toMs: nextBucket(fromMs, "day", timeZone) };
  };
  const weekdays = Array.from({ length: WEEKS }, (_, week) => past(7 * (week + 1)));
  const own = { fromMs: nowMs - WEEK_MS, toMs: nowMs + AHEAD_MS, tags: { server } };
  const [hours, days, usual, [state], [pass], rowMs] = await askJournal(
    stateDir,
    cut,
  )([
    traffic({ ...base, fromMs: day.fromMs, toMs: day.toMs, by: "hour" }),
    traffic({ ...base, fromMs: past(DAYS - 1).fromMs, toMs: day.toMs, by: "day" }),
    joined(weekdays.map((span) => traffic({ ...base, ...span, by: "hour" }))),
    cacheStates(own),
    lastPasses(own),
    newestRow(own),
    { lines: day.lines(nowMs), answer: () => undefined },
  ]);
  await scanLines(stateDir, { streams: DERIVED_STREAMS, wanted: [day.tagLines()], until: cut.places });
  day.own = { state, pass, rowMs };
  day.hours.load(hours);
  day.days.load(days);
  setUsual(day, usual, timeZone);
  return day;
}

function setUsual(day: Day, rows: readonly TrafficRow[], timeZone: string): void {
  const byServer = new Map<string, TrafficRow[]>();
  for (const row of rows) {
    const server = row.group["server"] ?? "";
    for (const name of new Set([server, ALL])) {
      const known = byServer.get(name);
      if (known === undefined) byServer.set(name, [row]);
      else known.push(row);
    }
  }
  for (const [server, own] of byServer) {
    const usual = usualDay(own, timeZone);
    if (usual !== undefined) day.usual.set(server, usual);
  }
}

/** Several questions of one kind as one. */
function joined<Item>(questions: readonly Question<Item[]>[]): Question<Item[]> {
  const sums = questions.flatMap((question) => question.sums ?? []);
  return {
    sums,
    answer: (found) => {
      let from = 0;
      return questions.flatMap((question) => {
        const to = from + (question.sums?.length ?? 0);
        const own = { sums: found.sums.slice(from, to), rows: [] };
        from = to;
        return question.answer(own);
      });
    },
  };
}

/** Of the answers for one server, the only one. */
function firstOf<Item>(question: Question<Item[]>): Question<Item | undefined> {
  return { ...question, answer: (found) => question.answer(found)[0] };
}

/** The server of a text of tags: a text is looked at once. */
function serverNames(): (tagText: string) => string {
  const known = new Map<string, string>();
  return (tagText) => {
    let server = known.get(tagText);
    if (server === undefined) {
      server = parseTags(tagText)["server"] ?? "";
      known.set(tagText, server);
    }
    return server;
  };
}
