/**
 * Lines of one server, or of all: the newest reading of a gauge, or every line of a measurement with few.
 *
 * @module
 */
import { RAW_STREAMS, type StreamName } from "../../journal/journal.ts";
import { type ParsedLine, parseTags } from "../../line/line.ts";
import { LatestLines } from "../latest-lines.ts";
import { type ReadPoint, readPoint } from "../read-point.ts";
import type { Enough, Wanted } from "../scan.ts";

/** Which lines. */
export interface Lines {
  readonly measurement: string;
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only from these streams. */
  readonly streams?: readonly StreamName[];
  /** Only points with these tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Only points without these values of a tag. */
  readonly without?: Readonly<Record<string, readonly string[]>>;
  /** So many of the newest are enough. */
  readonly most?: number;
  /** Of one server, its newest: looked for in so many of the newest bytes of each stream. Default all. */
  readonly withinBytes?: number;
  /** Where the newest counts: once these servers are found, nothing older is looked at. Others are found up to there. */
  readonly servers?: readonly string[];
}

/** Takes every line, or of each server those of its newest reading: nothing older is kept. */
export class Readings implements Wanted {
  readonly measurement: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly streams: readonly StreamName[];
  /**
   * Only where it is known who is looked for, or how many are enough: the oldest of their newest readings, or of the newest
   * lines, once all are found.
   */
  readonly newestMs?: () => number | undefined;
  /** Of several servers: of each series the newest line alone is looked at. */
  readonly latest?: LatestLines;
  readonly #keeps: "all" | "newest";
  readonly enough: Enough;
  readonly withinBytes: number | undefined;
  /** By the text of the tags: the server, or undefined for points that are not wanted. */
  readonly #servers = new Map<string, string | undefined>();
  readonly #lines = new Map<string, { newestMs: number; lines: ParsedLine[] }>();
  /** Times of the newest that are enough, ascending. */
  readonly #top: number[] = [];
  /** Servers that are looked for and not found yet. */
  readonly #missing: Set<string>;
  /** Of those that are looked for; undefined when it has to be found out again. */
  #oldestMs: number | undefined;

  /** @param of the readings whose newest counts, where these are written with them; default their own */
  constructor(
    { measurement, fromMs, toMs, streams = RAW_STREAMS, tags, without, most, withinBytes, servers = [] }: Lines,
    keeps: "all" | "newest",
    of?: Readings,
  ) {
    this.measurement = measurement;
    this.fromMs = fromMs;
    this.toMs = toMs;
    this.streams = streams;
    this.withinBytes = withinBytes;
    this.#keeps = keeps;
    this.enough = { tags, without, most, newest: keeps === "newest" };
    const one = tags?.["server"];
    const looksFor = one === undefined ? servers : [one];
    this.#missing = new Set(looksFor);
    if (keeps === "all") {
      if (most !== undefined) this.newestMs = () => (this.#top.length < most ? undefined : this.#top[0]);
      return;
    }
    if (one === undefined) this.latest = new LatestLines();
    if (looksFor.length > 0) this.newestMs = () => (of ?? this).#oldestOf(looksFor);
  }

  #oldestOf(servers: readonly string[]): number | undefined {
    if (this.#missing.size > 0) return undefined;
    this.#oldestMs ??= Math.min(...servers.map((server) => this.#lines.get(server)?.newestMs ?? 0));
    return this.#oldestMs;
  }

  take(line: ParsedLine): void {
    const server = this.#serverOf(line.tagText);
    if (server === undefined) return;
    const known = this.#lines.get(server);
    if (known === undefined || (this.#keeps === "newest" && line.timeMs > known.newestMs)) {
      this.#lines.set(server, { newestMs: line.timeMs, lines: [line] });
      this.#missing.delete(server);
      this.#oldestMs = undefined;
    } else if (this.#keeps === "all" || line.timeMs === known.newestMs) {
      known.lines.push(line);
    }
    this.#addTop(line.timeMs);
  }

  #addTop(timeMs: number): void {
    const { most } = this.enough;
    if (most === undefined) return;
    const top = this.#top;
    let place = top.length;
    while (place > 0 && (top[place - 1] ?? 0) > timeMs) place--;
    top.splice(place, 0, timeMs);
    if (top.length > most) top.shift();
  }

  /** What was taken, in the order written, servers apart. */
  all(): ReadPoint[] {
    const inOrder = (lines: readonly ParsedLine[]): readonly ParsedLine[] =>
      this.newestMs === undefined ? lines : lines.toReversed();
    return [...this.#lines.values()].flatMap(({ lines }) => inOrder(lines).map(readPoint));
  }

  #serverOf(tagText: string): string | undefined {
    if (!this.#servers.has(tagText)) {
      const tags = parseTags(tagText);
      const has = Object.entries(this.enough.tags ?? {}).every(([key, value]) => tags[key] === value);
      const wanted =
        has && !Object.entries(this.enough.without ?? {}).some(([key, no]) => no.includes(tags[key] ?? ""));
      this.#servers.set(tagText, wanted ? (tags["server"] ?? "") : undefined);
    }
    return this.#servers.get(tagText);
  }
}
