/**
 * The facts of all caches of a journal in one local month: read once from its last days and from roll-ups, then kept current
 * by the lines that are new.
 *
 * @module
 */
import {
  askJournal,
  type Cut,
  type Followable,
  type Followed,
  KeptCurrent,
  LatestLines,
  nextPeriod,
  periodStart,
  type Question,
} from "../../core/history/history.ts";
import { RAW_STREAMS } from "../../core/journal/journal.ts";
import { forEachField, type Integer, type ParsedLine, parseTags } from "../../core/line/line.ts";
import { bucketStart, bucketsBefore } from "../../core/time/local-days.ts";
import { CacheBook, countsEach, NEWEST } from "./cache-book.ts";
import { SUMMED } from "./day-sums.ts";
import type { CacheFacts } from "./known.ts";

/** How far back lines are read: longer than a weekend with a day off, as rules about idle caches need. */
const DAYS_BACK = 8;
/** Lines of a clock that is ahead are taken too: a rule looks for them. */
const AHEAD_MS = 366 * 86_400_000;

class FleetBook implements Followable {
  readonly fromMs: number;
  readonly toMs: number;
  readonly #timeZone: string;
  readonly #sumsFromMs: number;
  readonly #caches = new Map<string, CacheBook>();
  /** Tags by their text. */
  readonly #tags = new Map<string, Readonly<Record<string, string>>>();

  constructor(nowMs: number, timeZone: string) {
    this.#timeZone = timeZone;
    this.fromMs = periodStart(nowMs, "month", timeZone);
    this.toMs = nextPeriod(nowMs, "month", timeZone);
    // on the first day of a month yesterday lies in the last
    this.#sumsFromMs = this.#daysBefore(this.fromMs, 1);
  }

  /** Reads what there is. */
  questions(nowMs: number): Question<void> {
    const sums = { fromMs: this.#sumsFromMs, toMs: this.toMs, by: "day" as const, timeZone: this.#timeZone };
    const summed = Object.entries(SUMMED);
    const lines = { fromMs: this.#daysBefore(nowMs, DAYS_BACK), toMs: this.toMs + AHEAD_MS };
    return {
      lines: NEWEST.flatMap((measurement) =>
        RAW_STREAMS.map((stream) => ({
          ...{ ...lines, measurement, streams: [stream] },
          ...(countsEach(measurement, stream) ? {} : { latest: new LatestLines() }),
          take: (line: ParsedLine) => this.#take(line, stream),
        })),
      ),
      sums: summed.map(([measurement, fields]) => ({ ...sums, measurement, fields, groupBy: ["server"] })),
      answer: (found) => {
        for (const [i, [measurement]] of summed.entries()) {
          for (const { startMs, group, sums: fields } of found.sums[i] ?? []) {
            this.#bookOf(group["server"] ?? "").add(measurement, startMs, fields);
          }
        }
      },
    };
  }

  followed(nowMs: number): Followed[] {
    const [fromMs, toMs] = [this.#daysBefore(nowMs, DAYS_BACK), this.toMs + AHEAD_MS];
    const measurements = [...new Set([...NEWEST, ...Object.keys(SUMMED)])];
    return measurements.map((measurement) => {
      const fields = SUMMED[measurement];
      const isNewest = NEWEST.includes(measurement);
      return {
        measurement,
        take: (line, stream) => {
          if (isNewest && line.timeMs >= fromMs && line.timeMs < toMs) this.#take(line, stream);
          if (fields !== undefined) this.#add(line, fields);
        },
      };
    });
  }

  /** Every cache that left a line of late. */
  facts(nowMs: number): CacheFacts[] {
    const calendar = {
      nowMs,
      sinceMs: this.#daysBefore(nowMs, DAYS_BACK),
      todayMs: this.#daysBefore(nowMs, 0),
      yesterdayMs: this.#daysBefore(nowMs, 1),
      monthMs: this.fromMs,
    };
    return [...this.#caches.values()].flatMap((book) => book.facts(calendar) ?? []);
  }

  #take(line: ParsedLine, stream: string): void {
    const tags = this.#tags.get(line.tagText) ?? parseTags(line.tagText);
    this.#tags.set(line.tagText, tags);
    this.#bookOf(tags["server"] ?? "").take(line, tags, stream);
  }

  #add(line: ParsedLine, fields: readonly string[]): void {
    const { measurement, timeMs, tagText, fieldText } = line;
    if (timeMs < this.#sumsFromMs || timeMs >= this.toMs) return;
    const added: Record<string, Integer> = {};
    forEachField(fieldText, (name, value) => {
      if ("integer" in value && fields.includes(name)) added[name] = value.integer;
    });
    const tags = this.#tags.get(tagText) ?? parseTags(tagText);
    this.#tags.set(tagText, tags);
    this.#bookOf(tags["server"] ?? "").add(measurement, bucketStart(timeMs, "day", this.#timeZone), added);
  }

  #bookOf(server: string): CacheBook {
    const book = this.#caches.get(server) ?? new CacheBook(server);
    this.#caches.set(server, book);
    return book;
  }

  #daysBefore(nowMs: number, days: number): number {
    return bucketsBefore(nowMs, days, { unit: "day", zone: this.#timeZone });
  }
}

export interface JournalFacts {
  readonly stateDir: string;
  readonly timeZone: string;
}

/** Facts of a journal at one look after the other: the first reads what there is, the others what is new. */
export class KeptFacts {
  readonly #journal: JournalFacts;
  #kept: KeptCurrent<FleetBook> | undefined;

  constructor(journal: JournalFacts) {
    this.#journal = journal;
  }

  /** What is known of every cache that left a line of late. @throws LarderError `JOURNAL_READ`; what was known stays */
  async at(nowMs: number): Promise<CacheFacts[]> {
    const { stateDir, timeZone } = this.#journal;
    const read = async (cut: Cut, atMs: number): Promise<FleetBook> => {
      const book = new FleetBook(atMs, timeZone);
      await askJournal(stateDir, cut)([book.questions(atMs)]);
      return book;
    };
    if (this.#kept === undefined) this.#kept = await KeptCurrent.open(stateDir, read, nowMs);
    else await this.#kept.update(nowMs);
    return this.#kept.state.facts(nowMs);
  }
}
