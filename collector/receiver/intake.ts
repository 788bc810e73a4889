/**
 * Takes reports: each once, on the disk before it is acknowledged, or set aside with the reason.
 *
 * @module
 */
import { errorText } from "../../core/errors.ts";
import { type Cursors, type Journal, type JournalOptions, openJournal } from "../../core/journal/journal.ts";
import { fieldText, tagText } from "../../core/line/line.ts";
import type { Log } from "../../core/log.ts";
import { lineTags } from "../line-tags.ts";
import { CLOCK_AHEAD_MS } from "../sources/sources.ts";
import { AsideFile, type AsideReport } from "./aside-file.ts";
import { Caches, type CachesOptions, type ReportingCache } from "./caches.ts";
import { CommitQueue, type Entry, QueueFull } from "./commit-queue.ts";
import { Handover } from "./handover.ts";
import { isInJournal, type LookedFor } from "./journal-look-up.ts";
import { type ClockSet, clockSetJson, OwnClock, parseClockSet } from "./own-clock.ts";
import { parseReport, type Report, ReportFault } from "./report.ts";
import { counterFields, hasCounters, hostText, reportLines } from "./report-lines.ts";
import { timeDoubt } from "./report-time.ts";
import { isSilent, silenceEvent } from "./silence.ts";
import { Tally } from "./tally.ts";

export interface IntakeOptions extends CachesOptions, Pick<JournalOptions, "disk"> {
  /** Name of the receiver, on what it says of itself; the counters of a cache of this name are handed to the collector. */
  readonly server: string;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** What became of a report. `repeated`: it was taken before. `aside`: its time cannot be right. */
export type Outcome = "taken" | "repeated" | "aside";

/** The cursor of a clock that was set forward, as long as reports may have to be taken again. */
const CLOCK_SET = "clock.set";
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A collector writes of itself after each pass, which is a minute; what asks for it wants ten. */
const BEAT_MS = 270_000;

export class Intake {
  readonly #options: IntakeOptions;
  readonly #journal: Journal;
  readonly #queue: CommitQueue;
  readonly #caches: Caches;
  readonly #handover: Handover;
  readonly #aside: AsideFile;
  readonly #clock: OwnClock;
  /** Where the clock here was slow, and some of what was set aside then is still to be taken. */
  #clockSet: ClockSet | undefined;
  readonly #tally = new Tally();
  readonly #ownTags: string;
  readonly #timer: NodeJS.Timeout;
  readonly #unknown = new Set<string>();
  /** By cache: when it was last said that its reports are set aside. */
  readonly #said = new Map<string, number>();

  private constructor(options: IntakeOptions, journal: Journal, caches: Caches) {
    this.#options = options;
    this.#journal = journal;
    this.#caches = caches;
    this.#queue = new CommitQueue(journal);
    this.#handover = new Handover(options.stateDir, journal.cursors);
    this.#aside = new AsideFile(options.stateDir, options.nowMs, options.disk);
    this.#clock = new OwnClock(options.nowMs, () => this.#elapsedMs());
    this.#clockSet = parseClockSet(journal.cursors[CLOCK_SET]);
    this.#ownTags = lineTags(options);
    this.#timer = setInterval(() => void this.eachMinute(), MINUTE_MS).unref();
  }

  /**
   * Opens the stream `receiver`.
   * @throws LarderError `LOCKED` where another receiver runs on this state folder, `JOURNAL_OPEN`
   */
  static async open(options: IntakeOptions): Promise<Intake> {
    const journal = await openJournal(options.stateDir, "receiver", options);
    try {
      return new Intake(options, journal, await Caches.open(options));
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  /**
   * Takes a report; it is on the disk when this resolves.
   * @throws ReportFault for what is not one; QueueFull; LarderError when it cannot be written: it has to be sent again
   */
  async take(body: Uint8Array): Promise<Outcome> {
    const report = this.#parse(body);
    for (const name of report.unknown) this.#note(name);
    const doubt = timeDoubt(report, this.#options.nowMs());
    if (doubt !== undefined) return await this.#putAside(report, body, doubt);
    return await this.#takeInTurn(report);
  }

  async #takeInTurn(report: Report): Promise<Outcome> {
    const cache = this.#caches.of(report);
    // one after the other: what is known of a cache is then what is on the disk
    const turn = cache.turn.then(async () => await this.#place(report, cache));
    cache.waiting++;
    cache.turn = turn.catch(() => undefined).then(() => cache.waiting--);
    const outcome = await turn;
    this.#tally.add(outcome === "taken" ? "reports" : "repeated");
    if (outcome === "taken" && !cache.assigned) this.#tally.add("unassigned");
    return outcome;
  }

  /** Writes how many reports came, and which caches have fallen silent. */
  async eachMinute(): Promise<void> {
    await this.#writeTally();
    await this.#takeAgain().catch((error: unknown) =>
      this.#options.log.warn(`reports that were set aside wait: ${errorText(error)}`),
    );
    const elapsedMs = this.#elapsedMs();
    for (const cache of this.#caches.all()) {
      if (cache.silent || !isSilent(cache, elapsedMs)) continue;
      if (cache.tags === "") this.#caches.tag(cache);
      try {
        await this.#queue.commit(silenceEvent(cache, "silent", this.#options.nowMs()));
        cache.silent = true;
      } catch {
        // what could not be written is said where a report could not be, and tried again in a minute
        return;
      }
    }
  }

  /** Finishes what is under way. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writeTally();
    await this.#queue.settled();
    await this.#journal.close();
  }

  #elapsedMs(): number {
    return this.#options.elapsedMs?.() ?? performance.now();
  }

  #parse(body: Uint8Array): Report {
    try {
      return parseReport(body);
    } catch (error) {
      if (error instanceof ReportFault) this.#tally.add("refused");
      throw error;
    }
  }

  async #place(report: Report, cache: ReportingCache): Promise<Outcome> {
    const { reportMs, countedMs } = report;
    cache.heardMs = this.#elapsedMs();
    if (await this.#isTaken("report", cache, reportMs)) return "repeated";
    const counters = hasCounters(report) && !(await this.#isTaken("counters", cache, countedMs));
    const own = cache.server === this.#options.server;
    const text = hostText(report);
    const host = text !== cache.hostText || Math.abs(reportMs - cache.hostMs) > DAY_MS;
    const beat = Math.abs(reportMs - cache.beatMs) >= BEAT_MS;
    const lines = reportLines(report, {
      ...{ tags: cache.tags, counters: counters && !own, host },
      heardMs: beat && !own ? this.#options.nowMs() : undefined,
    });
    const back = cache.silent ? silenceEvent(cache, "back", this.#options.nowMs()) : undefined;
    const times = [reportMs, counters ? countedMs : reportMs, back?.span?.fromMs ?? reportMs];
    const entry = {
      text: `${lines.text}${back?.text ?? ""}`,
      count: lines.count + (back?.count ?? 0),
      span: { fromMs: Math.min(...times), toMs: Math.max(...times) },
    };
    const commit = async (cursors: Cursors): Promise<void> => await this.#queue.commit({ ...entry, cursors });
    if (own && counters) await this.#handover.hand(handedRow(report, this.#options.nowMs()), commit);
    else await commit({});
    cache.reports.add(reportMs);
    if (counters) cache.counters.add(countedMs);
    if (beat) cache.beatMs = reportMs;
    if (back !== undefined) cache.silent = false;
    if (host) [cache.hostText, cache.hostMs] = [text, reportMs];
    return "taken";
  }

  async #isTaken(what: LookedFor, cache: ReportingCache, timeMs: number): Promise<boolean> {
    const known = (what === "report" ? cache.reports : cache.counters).has(timeMs);
    return known ?? (await isInJournal(this.#options.stateDir, { what, cache, timeMs }));
  }

  async #putAside(report: Report, body: Uint8Array, reason: string): Promise<Outcome> {
    const known = this.#caches.get(report.guid);
    if (known !== undefined) known.heardMs = this.#elapsedMs();
    // nothing is acknowledged that is not kept
    if (!(await this.#aside.put(report.hostname, body, reason)))
      throw new QueueFull("the file of reports that were set aside is full");
    this.#tally.add("setaside");
    const nowMs = this.#options.nowMs();
    if (nowMs - (this.#said.get(report.guid) ?? Number.NEGATIVE_INFINITY) >= DAY_MS) {
      this.#said.set(report.guid, nowMs);
      this.#options.log.warn("a report was set aside", { cache: report.hostname, reason });
      await this.#queue.commit(this.#event(report, reason, nowMs));
    }
    return "aside";
  }

  /**
   * Takes what was set aside only because the clock here was slow: reports that are not ahead of it as it would have been,
   * of caches whose clocks are seen to be right, as a report of theirs is in time since it was set.
   */
  async #takeAgain(): Promise<void> {
    const seen = this.#clock.look();
    if (seen !== undefined) await this.#noteClock(seen);
    const set = this.#clockSet;
    if (set === undefined) return;
    const caches = new Set<string>();
    let waiting = 0;
    const taken = await this.#aside.offer(async (aside) => {
      const report = placeable(aside, set);
      if (report === undefined) return false;
      const newestMs = this.#caches.get(report.guid)?.reports.newestMs ?? Number.NEGATIVE_INFINITY;
      if (newestMs < set.toMs + set.byMs - CLOCK_AHEAD_MS) {
        waiting++;
        return false;
      }
      await this.#takeInTurn(report);
      caches.add(report.guid);
      return true;
    });
    if (taken > 0) {
      const details = { reports: taken, caches: caches.size, minutes: Math.round(set.byMs / MINUTE_MS) };
      this.#options.log.info("reports that were set aside are taken: the clock here was slow", details);
    }
    const isOver = this.#options.nowMs() > set.toMs + set.byMs + DAY_MS;
    if (waiting === 0 || isOver) await this.#noteClock(undefined);
  }

  /** On the disk before anything is taken: a receiver that is killed goes on. */
  async #noteClock(set: ClockSet | undefined): Promise<void> {
    await this.#queue.commit({ text: "", count: 0, span: undefined, cursors: { [CLOCK_SET]: clockSetJson(set) } });
    this.#clockSet = set;
  }

  #event({ hostname }: Report, reason: string, timeMs: number): Entry {
    const fields = { title: `Reports of ${hostname} set aside`, text: reason, tags: "larder,report-set-aside" };
    const text = Object.entries(fields).map(([field, said]) => `${field}=${fieldText({ text: said })}`);
    const tags = `${this.#ownTags}${tagText({ event: "report-set-aside" })}`;
    return { text: `events${tags} ${text.join(",")} ${timeMs}\n`, count: 1, span: { fromMs: timeMs, toMs: timeMs } };
  }

  /** A property that a newer macOS sends: said once. */
  #note(name: string): void {
    if (this.#unknown.has(name) || this.#unknown.size >= 100) return;
    this.#unknown.add(name);
    this.#options.log.info("reports have a property that is not known here, and it is left out", { property: name });
  }

  async #writeTally(): Promise<void> {
    const entry = this.#tally.take(this.#ownTags, this.#options.nowMs());
    // what could not be written is said where a report could not be
    if (entry !== undefined) await this.#queue.commit(entry).catch(() => undefined);
  }
}

/** A report that was set aside by a slow clock and not ahead of the right one; undefined for any other. */
function placeable({ atMs, body }: AsideReport, { fromMs, toMs, byMs }: ClockSet): Report | undefined {
  // comments have the time to the millisecond, and it is asked for after the report came
  if (atMs < fromMs || atMs > toMs) return undefined;
  try {
    const report = parseReport(body);
    return timeDoubt(report, atMs) === undefined || timeDoubt(report, atMs + byMs) !== undefined ? undefined : report;
  } catch {
    return undefined;
  }
}

function handedRow(report: Report, heardMs: number) {
  return { timeMs: report.countedMs, heardMs, fields: counterFields(report) };
}
