/**
 * One pass over committed lines for many questions.
 *
 * Lines are looked at as bytes: the name before the tags and the time at the end decide, and only a line somebody asked
 * for becomes a text, in memory of its own.
 *
 * @module
 */

import type { Position } from "../journal/journal.ts";
import {
  type JournalReader,
  mayHold,
  openReader,
  RAW_STREAMS,
  type SegmentInfo,
  type StreamName,
  streamFolder,
} from "../journal/journal.ts";
import { escapeMeasurement, forEachLine, hasName, lineTime, type ParsedLine, parseLine } from "../line/line.ts";
import type { Places } from "./follow.ts";

/** Lines somebody wants: of one measurement, in a span of time. */
export interface Wanted {
  readonly measurement: string;
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only from these streams. */
  readonly streams?: readonly StreamName[];
  take(line: ParsedLine): void;
  /**
   * Given where only the newest lines count: segments are then read from the newest back, and those that end before this
   * time are left out. Undefined while nothing is found.
   */
  newestMs?(): number | undefined;
}

interface Search {
  readonly name: Buffer;
  readonly by: Wanted;
}

export interface Scan {
  readonly streams: readonly StreamName[];
  readonly wanted: readonly Wanted[];
  /** By stream: only what was written at this position or later. Default all. */
  readonly from?: ReadonlyMap<string, Position> | undefined;
  /** By stream: only what was written before this position. Default all that is committed. */
  readonly until?: Places | undefined;
}

/** Hands the lines of streams to those who want them, in the order written within a stream. */
export async function scanLines(stateDir: string, { streams, wanted, from, until }: Scan): Promise<void> {
  for (const stream of streams) {
    const here = wanted.filter((by) => by.streams?.includes(stream) !== false);
    await scanReader(openReader(streamFolder(stateDir, stream), stream), here, {
      from: from?.get(stream),
      until: until?.[stream],
    });
  }
}

/** A part of a stream. */
export interface Part {
  readonly from?: Position | undefined;
  /** Exclusive. */
  readonly until?: Position | undefined;
}

/** The same of one stream that is open. */
export async function scanReader(reader: JournalReader, wanted: readonly Wanted[], part: Part = {}): Promise<void> {
  if (wanted.length === 0) return;
  const searches = wanted.map((by): Search => ({ name: nameOf(by.measurement), by }));
  const segments = await reader.segments(part.from?.segment);
  const [newest, all] = [searches.filter(isNewest), searches.filter((search) => !isNewest(search))];
  for (const segment of segments) await scanSegment(reader, segment, all, part);
  for (const segment of segments.reverse()) await scanSegment(reader, segment, newest, part);
}

/** Hands out lines that are in no journal. @param pieces whole lines */
export function scanPieces(pieces: Iterable<Uint8Array>, wanted: readonly Wanted[]): void {
  const searches = wanted.map((by): Search => ({ name: nameOf(by.measurement), by }));
  for (const piece of pieces) {
    const bytes = bufferOf(piece);
    forEachLine(bytes, (start, end) => handOut(bytes, start, end, searches));
  }
}

function isNewest({ by }: Search): boolean {
  return by.newestMs !== undefined;
}

async function scanSegment(
  reader: JournalReader,
  { number, span, names }: SegmentInfo,
  searches: readonly Search[],
  { from, until }: Part,
): Promise<void> {
  if (span === undefined || number > (until?.segment ?? number)) return;
  const here = searches.filter(
    ({ by }) =>
      span.fromMs < by.toMs &&
      span.toMs >= Math.max(by.fromMs, by.newestMs?.() ?? by.fromMs) &&
      (names === undefined || mayHold(names, by.measurement)),
  );
  if (here.length === 0) return;
  const begin = from?.segment === number ? from.offset : 0;
  const end = until?.segment === number ? until.offset : undefined;
  for await (const bytes of reader.bytes(number, begin, end)) {
    forEachLine(bytes, (start, end) => handOut(bytes, start, end, here));
  }
}

/** Lines that may be in a span of time, both its ends included: Unix milliseconds. */
export interface LinesOf {
  readonly measurement: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Default: those that hold what was read, not what was made of it. */
  readonly streams?: readonly string[];
}

/** Lines of a measurement as they are written, from segments that may hold the span. */
export async function* readLines(
  stateDir: string,
  { measurement, fromMs, toMs, streams = RAW_STREAMS }: LinesOf,
): AsyncGenerator<string> {
  const name = nameOf(measurement);
  for (const stream of streams) {
    const reader = openReader(streamFolder(stateDir, stream), stream);
    for (const { number, span, names } of await reader.segments()) {
      if (span === undefined || span.fromMs > toMs || span.toMs < fromMs) continue;
      if (names !== undefined && !mayHold(names, measurement)) continue;
      for await (const bytes of reader.bytes(number)) {
        yield* named(bytes, name);
      }
    }
  }
}

/** Lines of measurements in pieces of whole lines, as they are written. */
export function* linesOf(pieces: Iterable<Uint8Array>, measurements: Iterable<string>): Generator<string> {
  const names = [...measurements].map(nameOf);
  for (const piece of pieces) for (const name of names) yield* named(bufferOf(piece), name);
}

function named(bytes: Buffer, name: Buffer): string[] {
  const found: string[] = [];
  forEachLine(bytes, (start, end) => {
    if (hasName(bytes, start, name)) found.push(bytes.toString("utf8", start, end));
  });
  return found;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The name of a measurement as a line begins with it. */
function nameOf(measurement: string): Buffer {
  return Buffer.from(escapeMeasurement(measurement));
}

function handOut(bytes: Buffer, start: number, end: number, searches: readonly Search[]): void {
  let line: ParsedLine | undefined;
  for (const { name, by } of searches) {
    if (!hasName(bytes, start, name)) continue;
    const timeMs = lineTime(bytes, start, end);
    if (timeMs === undefined || timeMs < by.fromMs || timeMs >= by.toMs) continue;
    line ??= parseLine(bytes.toString("utf8", start, end));
    if (line !== undefined) by.take(line);
  }
}
