/**
 * One pass over committed lines for many questions.
 *
 * Lines are looked for as bytes: the name before the tags and the time at the end decide, and only a line somebody asked
 * for becomes a text, in memory of its own. Sums need no text at all (see `sum-reader.ts`).
 *
 * @module
 */

import { groupBy } from "../group-by.ts";
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
import {
  escapeMeasurement,
  findNamed,
  type LineSearch,
  lineEnd,
  lineTime,
  NamedLines,
  type ParsedLine,
  parseLine,
  tagText,
} from "../line/line.ts";
import type { Places } from "./follow.ts";
import type { LatestLines } from "./latest-lines.ts";
import { SumReader, type SumsOf } from "./sum-reader.ts";

/** Which lines are wanted: of one measurement, in a span of time. */
interface Need {
  readonly measurement: string;
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only from these streams. */
  readonly streams?: readonly StreamName[];
  /** By stream: only what was written at this position or later. Default all. */
  readonly from?: ReadonlyMap<string, Position> | undefined;
}

/** Lines somebody wants. */
export interface Wanted extends Need {
  take(line: ParsedLine): void;
  /** What `take` leaves out anyway, for those who read lines elsewhere than from a journal and pay for each. */
  readonly enough?: Enough | undefined;
  /**
   * Given where only the newest lines count: they are then handed over from the newest written back, and those before this
   * time are left out. Undefined while nothing is found.
   */
  newestMs?(): number | undefined;
  /** Given where only the newest lines of each series count: others are left out, as they are passed over more quickly. */
  readonly latest?: LatestLines;
  /** Where only the newest lines count: they are looked for in so many of the newest bytes of a stream. Default all. */
  readonly withinBytes?: number | undefined;
}

/** Lines that are enough: others may be left out. */
export interface Enough {
  /** Those with these tags. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Those without these values of a tag. */
  readonly without?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Of each series the newest. */
  readonly newest?: boolean | undefined;
  /** So many, the newest. */
  readonly most?: number | undefined;
}

/** Lines whose numbers somebody wants added up. */
export interface SumsWanted extends Need, SumsOf {}

/** What is looked for in one pass. */
export interface Sought {
  readonly wanted?: readonly Wanted[];
  readonly sums?: readonly SumsWanted[];
}

export interface Scan extends Sought {
  readonly streams: readonly StreamName[];
  /** By stream: only what was written before this position. Default all that is committed. */
  readonly until?: Places | undefined;
}

/**
 * Hands the lines of streams to those who want them: those of a measurement in the order written within a stream.
 * Returns whether lines were repeated, for sums that want to know (`SumsOf.repeats`).
 */
export async function scanLines(
  stateDir: string,
  { streams, wanted = [], sums = [], until }: Scan,
): Promise<{ readonly repeated: boolean }> {
  const adder = new SumReader(sums);
  for (const stream of streams) {
    const here = [...wanted, ...sums].filter((by) => by.streams?.includes(stream) !== false);
    await scanStream(openReader(streamFolder(stateDir, stream), stream), here, { adder, until: until?.[stream] });
  }
  adder.finish();
  return { repeated: adder.repeated };
}

/** The same of one stream that is open. */
export async function scanReader(reader: JournalReader, wanted: readonly Wanted[]): Promise<void> {
  await scanStream(reader, wanted, { adder: new SumReader([]) });
}

/** Hands out lines that are in no journal. @param pieces whole lines */
export function scanPieces(pieces: Iterable<Uint8Array>, { wanted = [], sums = [] }: Sought): void {
  const adder = new SumReader(sums);
  for (const piece of pieces) handOut(bufferOf(piece), [...wanted, ...sums], adder);
  adder.finish();
}

type Seeker = Wanted | SumsWanted;

async function scanStream(
  reader: JournalReader,
  seekers: readonly Seeker[],
  { adder, until }: { readonly adder: SumReader; readonly until?: Position | undefined },
): Promise<void> {
  if (seekers.length === 0) return;
  const begins = seekers.map(({ from }) => from?.get(reader.stream) ?? START);
  const segments = await reader.segments(Math.min(...begins.map(({ segment }) => segment)));
  const [newest, all] = [seekers.filter(isNewest), seekers.filter((by) => !isNewest(by))];
  const parts = segments.map((segment) => partsOf(segment, begins, until));
  for (const part of parts.flat()) await scanPart(reader, part, all, adder);
  let passed = 0;
  for (const part of parts.reverse().flat()) {
    const near = newest.filter(({ withinBytes = Number.POSITIVE_INFINITY }) => passed < withinBytes);
    if (near.length === 0) return;
    await scanPart(reader, part, near, adder);
    passed += Math.min(part.end, part.segment.bytes) - part.begin;
  }
}

const START: Position = { segment: 0, offset: 0 };

/** A part of a segment; what somebody wants only from a position on begins with one. */
interface Part {
  readonly segment: SegmentInfo;
  readonly begin: number;
  readonly end: number;
}

function partsOf(segment: SegmentInfo, begins: readonly Position[], until: Position | undefined): Part[] {
  if (until !== undefined && segment.number > until.segment) return [];
  const end = until?.segment === segment.number ? until.offset : Number.POSITIVE_INFINITY;
  const offsets = begins.filter((from) => from.segment === segment.number).map(({ offset }) => offset);
  const cuts = [...new Set([0, ...offsets])].filter((offset) => offset < end).sort((a, b) => a - b);
  return cuts.map((begin, i) => ({ segment, begin, end: cuts[i + 1] ?? end }));
}

async function scanPart(
  reader: JournalReader,
  part: Part,
  seekers: readonly Seeker[],
  adder: SumReader,
): Promise<void> {
  const here = seekers.filter((by) => mayBeIn(by, part, reader.stream));
  if (here.length === 0) return;
  const measurements = [...new Set(here.map(({ measurement }) => measurement))];
  const wanted = { from: part.begin, to: part.end, measurements };
  for await (const bytes of reader.bytes(part.segment.number, wanted)) handOut(bytes, here, adder);
}

/** Whether a part of a segment may hold what somebody wants. */
function mayBeIn(by: Seeker, { segment, begin }: Part, stream: string): boolean {
  const { number, span, names } = segment;
  const from = by.from?.get(stream) ?? START;
  const newestMs = isNewest(by) ? by.newestMs?.() : undefined;
  return (
    span !== undefined &&
    span.fromMs < by.toMs &&
    span.toMs >= Math.max(by.fromMs, newestMs ?? by.fromMs) &&
    (number > from.segment || (number === from.segment && begin >= from.offset)) &&
    (names === undefined || mayHold(names, by.measurement))
  );
}

function isNewest(by: Seeker): by is Wanted {
  return "newestMs" in by && by.newestMs !== undefined;
}

/** Hands whole lines to all who seek something in them, one measurement after the other. */
function handOut(bytes: Buffer, seekers: readonly Seeker[], adder: SumReader): void {
  const groups = groupBy(
    seekers.filter((by) => mayHoldTags(bytes, by)),
    ({ measurement }) => measurement,
  );
  const names = [...groups.keys()].map(escapeMeasurement);
  const found = names.length < WORTH_ONE_PASS ? names.map((name) => new NamedLines(name)) : findNamed(bytes, names);
  for (const [i, here] of [...groups.values()].entries()) {
    const named = found[i];
    if (named !== undefined) handNamed(bytes, named, here, adder);
  }
}

/** So many measurements are found sooner line by line than by a search for each. */
const WORTH_ONE_PASS = 3;

function handNamed(bytes: Buffer, named: LineSearch, here: readonly Seeker[], adder: SumReader): void {
  const sums = here.filter((by) => "rows" in by);
  const takers = here.filter((by) => "take" in by);
  for (const by of takers) {
    by.latest?.read(bytes, { named, span: by }, (start, end) => handLine(bytes, { start, end }, [by]));
  }
  const wanted = takers.filter(({ latest }) => latest === undefined);
  if (sums.length > 0) adder.read(bytes, named, new Set(sums));
  if (wanted.length === 0) return;
  const [newest, all] = [wanted.filter(isNewest), wanted.filter((by) => !isNewest(by))];
  const lines: Line[] = [];
  forEachNamed(bytes, named, (start, end) => {
    if (all.length > 0) handLine(bytes, { start, end }, all);
    if (newest.length > 0) lines.push({ start, end });
  });
  for (const line of lines.reverse()) handLine(bytes, line, newest);
}

/** Whether lines may have the tags somebody wants: what a fleet writes is then not read line by line for one cache. */
function mayHoldTags(bytes: Buffer, by: Seeker): boolean {
  const tags = "take" in by ? by.enough?.tags : undefined;
  return tags === undefined || Object.entries(tags).every(([key, value]) => bytes.includes(tagText({ [key]: value })));
}

/** Where a line lies in the bytes at hand. */
interface Line {
  readonly start: number;
  readonly end: number;
}

function handLine(bytes: Buffer, { start, end }: Line, wanted: readonly Wanted[]): void {
  const timeMs = lineTime(bytes, start, end);
  if (timeMs === undefined) return;
  let line: ParsedLine | undefined;
  for (const by of wanted) {
    if (timeMs < (by.newestMs?.() ?? by.fromMs) || timeMs >= by.toMs) continue;
    line ??= parseLine(bytes.toString("utf8", start, end));
    if (line !== undefined) by.take(line);
  }
}

function forEachNamed(bytes: Buffer, named: LineSearch, take: (start: number, end: number) => void): void {
  for (let at = named.next(bytes, 0); at < bytes.length; ) {
    const end = lineEnd(bytes, at);
    take(at, end);
    at = named.next(bytes, end + 1);
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
  const name = linesNamed(measurement);
  for (const stream of streams) {
    const reader = openReader(streamFolder(stateDir, stream), stream);
    for (const { number, span, names } of await reader.segments()) {
      if (span === undefined || span.fromMs > toMs || span.toMs < fromMs) continue;
      if (names !== undefined && !mayHold(names, measurement)) continue;
      for await (const bytes of reader.bytes(number, { measurements: [measurement] })) {
        yield* named(bytes, name);
      }
    }
  }
}

/** Lines of measurements in pieces of whole lines, as they are written. */
export function* linesOf(pieces: Iterable<Uint8Array>, measurements: Iterable<string>): Generator<string> {
  const names = [...measurements].map(linesNamed);
  for (const piece of pieces) for (const name of names) yield* named(bufferOf(piece), name);
}

function named(bytes: Buffer, name: NamedLines): string[] {
  const found: string[] = [];
  forEachNamed(bytes, name, (start, end) => found.push(bytes.toString("utf8", start, end)));
  return found;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function linesNamed(measurement: string): NamedLines {
  return new NamedLines(escapeMeasurement(measurement));
}
