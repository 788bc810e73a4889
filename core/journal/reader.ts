/**
 * Reading a stream: committed bytes from a position on, and all its lines in a span of time.
 *
 * A reader takes no lock. It may run in another process than the writer: in the last segment it sees only what is
 * before the last whole commit mark. Every batch is checked against its mark before its lines are handed out; what is
 * damaged or missing is passed over, and what is whole after it is read. `health.ts` says what was passed over.
 *
 * @module
 */
import { COMMIT_PREFIX, joinSpans, type KnownCommit, type Span } from "./commit.ts";
import { lastCommit } from "./last-commit.ts";
import { type KnownSegment, lossesOf } from "./losses.ts";
import type { NameSet } from "./name-set.ts";
import { openSegment, packedFacts, packedFile, withSegment } from "./open-segment.ts";
import { inMemory } from "./packed-content.ts";
import { linesOfParts } from "./packed-parts.ts";
import type { Piece, PieceLimits, Position, StreamReader } from "./position.ts";
import type { SegmentContent, Stretch } from "./segment-content.ts";
import { SegmentMaps, type WriterEnds } from "./segment-maps.ts";
import { listSegmentFiles, listSegments } from "./segment-names.ts";
import { EMPTY_MAP } from "./segment-scan.ts";

const NEWLINE = 0x0a;
const HASH = 0x23;
const CHUNK_BYTES = 1024 * 1024;

/** A reader of a stream, with what history and roll-ups need beside what shipping needs. */
export interface JournalReader extends StreamReader {
  /** Committed lines as text, in the order written, of every segment that may hold times within the span. */
  chunks(span: Span | undefined): AsyncIterable<string>;
  /**
   * The segments, oldest first. Costs the tail of each, and of a packed one its last bytes.
   * @param from none before this one
   */
  segments(from?: number): Promise<SegmentInfo[]>;
  /**
   * Committed bytes of a segment, in buffers of whole lines with marks among them, each batch checked; what is damaged is
   * left out. A buffer is good until the next is asked for.
   */
  bytes(segment: number, part?: PartOfSegment): AsyncIterable<Buffer>;
  /** The place behind all that is committed. Costs the tail of the newest segment. */
  end(): Promise<Position>;
  /** The last whole mark of the stream; undefined when there is none. */
  last(): Promise<KnownCommit | undefined>;
  /**
   * Times of which lines may be missing, because a part of the stream is damaged or gone: those that touch a span. Looks
   * at the segments that hold the span.
   */
  incompleteSpans(asked: Span): Promise<Span[]>;
}

/** What is wanted of a segment. */
export interface PartOfSegment {
  /** Only what begins there or later, a place at the beginning of a line. */
  readonly from?: number;
  /** Only what lies before it, such a place too. */
  readonly to?: number;
  /** Lines of other measurements may be left out. */
  readonly measurements?: readonly string[];
}

/** A segment, as far as its end shows. */
export interface SegmentInfo {
  readonly number: number;
  /** Committed bytes of its content. */
  readonly bytes: number;
  /** Times of its lines; undefined when it holds none. */
  readonly span: Span | undefined;
  /** Which measurements it may hold; undefined where that is not known. */
  readonly names: NameSet | undefined;
}

/**
 * Opens a stream for reading; a stream nobody has written yet reads as empty.
 * @param writer the stream's writer where it is in this process: what it has just committed need not be checked again
 */
export function openReader(folder: string, stream: string, writer?: WriterEnds): JournalReader {
  return new SegmentsReader(folder, stream, new SegmentMaps(writer));
}

class SegmentsReader implements JournalReader {
  readonly stream: string;
  readonly #folder: string;
  readonly #maps: SegmentMaps;
  /** For the content of a packed segment, used again for the next. */
  #room: Buffer = Buffer.alloc(0);
  /** The packed segment whose content is in it. */
  #unpacked: { readonly number: number; readonly content: SegmentContent } | undefined;

  constructor(folder: string, stream: string, maps: SegmentMaps) {
    this.stream = stream;
    this.#folder = folder;
    this.#maps = maps;
  }

  async start(): Promise<Position> {
    return { segment: (await listSegments(this.#folder))[0] ?? 0, offset: 0 };
  }

  async canResume(from: Position): Promise<boolean> {
    const segments = await listSegments(this.#folder);
    const first = segments[0];
    if (first === undefined) return from.segment === 0 && from.offset === 0;
    if (from.segment < first) return true;
    if (!segments.includes(from.segment)) return await this.#isInHole(from, segments);
    return await withSegment({ folder: this.#folder, number: from.segment }, false, async (content) => {
      const { offset } = await this.#maps.endOf(from.segment, content);
      if (from.offset <= offset && (await endsLine(content, from.offset))) return true;
      const map = await this.#maps.mapOf(from.segment, content);
      if (from.offset === 0 || map.damage.some(({ from: begin, to }) => from.offset >= begin && from.offset < to)) {
        return true;
      }
      if (from.offset <= map.end) return false;
      // its end is damaged or gone: what comes after it is whole
      const next = segments.find((number) => number > from.segment);
      return next !== undefined && from.segment + from.offset <= next;
    });
  }

  async readPiece(from: Position, limits: PieceLimits, room?: Buffer): Promise<Piece | undefined> {
    let position = from;
    for (;;) {
      const at = position;
      const piece = await withSegment({ folder: this.#folder, number: at.segment }, undefined, async (content) => {
        const { whole } = await this.#maps.mapOf(at.segment, content, at.offset);
        const stretch = whole.find(({ to }) => to > at.offset);
        if (stretch === undefined) return undefined;
        const begin = Math.max(at.offset, stretch.from);
        const bytes = await readLines(content, { from: begin, to: stretch.to }, limits.maxBytes, room);
        const cut = cutPiece(bytes, { segment: at.segment, offset: begin }, limits);
        // it has changed since it was checked: none of it can be trusted
        return bytes.length === 0 ? { ...cut, next: { segment: at.segment, offset: stretch.to } } : cut;
      });
      if (piece !== undefined && piece.lineCount > 0) return piece;
      if (piece !== undefined) {
        position = piece.next;
        continue;
      }
      const next = (await listSegments(this.#folder)).find((number) => number > at.segment);
      if (next === undefined) return undefined;
      position = { segment: next, offset: 0 };
    }
  }

  async backlogBytes(from: Position): Promise<number> {
    let total = 0;
    for (const file of await listSegmentFiles(this.#folder)) {
      const { number } = file;
      if (number < from.segment) continue;
      const facts = number > from.segment ? packedFacts(this.#folder, file) : undefined;
      if (facts !== undefined) {
        total += facts.span === undefined ? 0 : facts.size;
        continue;
      }
      total += await withSegment({ folder: this.#folder, number }, 0, async (content) => {
        if (number > from.segment) {
          const { offset, commit } = await this.#maps.endOf(number, content);
          // marks alone are nothing to wait for
          return commit !== undefined && commit.span === undefined ? 0 : offset;
        }
        const { end, linesEnd } = await this.#maps.mapOf(number, content, from.offset);
        return from.offset >= linesEnd ? 0 : end - from.offset;
      });
    }
    return total;
  }

  async lostBefore(from: Position): Promise<number> {
    const first = (await listSegments(this.#folder))[0];
    return first === undefined ? 0 : Math.max(0, first - (from.segment + from.offset));
  }

  async segments(from = 0): Promise<SegmentInfo[]> {
    const found: SegmentInfo[] = [];
    for (const file of await listSegmentFiles(this.#folder)) {
      const { number } = file;
      if (number < from) continue;
      const facts = packedFacts(this.#folder, file);
      if (facts !== undefined) {
        found.push({ number, bytes: facts.size, span: facts.span, names: facts.names });
        continue;
      }
      const info = await withSegment({ folder: this.#folder, number }, undefined, async (content) => {
        const { offset, commit } = await this.#maps.endOf(number, content);
        return { number, bytes: offset, span: commit?.span, names: content.facts?.names };
      });
      if (info !== undefined) found.push(info);
    }
    return found;
  }

  async end(): Promise<Position> {
    const newest = (await listSegments(this.#folder)).at(-1);
    const last = newest === undefined ? undefined : (await this.segments(newest)).at(-1);
    return last === undefined ? { segment: newest ?? 0, offset: 0 } : { segment: last.number, offset: last.bytes };
  }

  async *bytes(
    segment: number,
    { from = 0, to: before = Number.POSITIVE_INFINITY, measurements }: PartOfSegment = {},
  ): AsyncGenerator<Buffer> {
    const packed = measurements === undefined ? undefined : packedFile(this.#folder, segment);
    const parts = packed && linesOfParts(packed, measurements ?? [], { from, to: before });
    if (parts !== undefined) {
      yield* parts;
      return;
    }
    const file = await openSegment(this.#folder, segment);
    if (file === undefined) return;
    try {
      const content = await this.#inMemory(segment, file);
      const { whole } = await this.#maps.mapOf(segment, content, from);
      for (const { from: begin, to: end } of whole) {
        const to = Math.min(end, before);
        if (to <= Math.max(from, begin)) continue;
        if (content.bytes === undefined) yield* linesOf(content, { from: Math.max(from, begin), to });
        else yield content.bytes.subarray(Math.max(from, begin), to);
      }
    } finally {
      await file.close();
    }
  }

  async last(): Promise<KnownCommit | undefined> {
    return await lastCommit(this.#folder);
  }

  async *chunks(span: Span | undefined): AsyncGenerator<string> {
    for (const segment of await this.segments()) {
      if (!overlaps(segment.span, span)) continue;
      for await (const lines of this.bytes(segment.number)) yield lines.toString("utf8");
    }
  }

  async incompleteSpans(asked: Span): Promise<Span[]> {
    const known: KnownSegment[] = [];
    for (const file of await listSegmentFiles(this.#folder)) {
      const { number } = file;
      const facts = packedFacts(this.#folder, file);
      if (facts !== undefined) {
        known.push({ number, map: { ...EMPTY_MAP, size: facts.size, end: facts.size, commit: facts } });
        continue;
      }
      const size = await withSegment({ folder: this.#folder, number }, undefined, async (content) => {
        const { commit } = await this.#maps.endOf(number, content);
        return { size: content.size, commit };
      });
      if (size !== undefined) known.push({ number, map: { ...EMPTY_MAP, ...size, end: size.size } });
    }
    const spans: Span[] = [];
    for (const [i, here] of known.entries()) {
      const around = [known[i - 1], here, known[i + 1]].map((each) => each?.map.commit?.span);
      if (!around.some((span) => overlaps(span, asked)) && !overlaps(around.reduce(joinSpans), asked)) continue;
      const map = await withSegment({ folder: this.#folder, number: here.number }, here.map, (content) =>
        this.#maps.mapOf(here.number, content),
      );
      const losses = lossesOf({ number: here.number, map }, known[i + 1], around[0]);
      spans.push(...losses.map(({ span }) => span).filter((span) => overlaps(span, asked)));
    }
    return spans;
  }

  /** A packed segment is unpacked once, for those who read it part by part, or again right after. */
  async #inMemory(number: number, file: SegmentContent): Promise<SegmentContent> {
    const known = this.#unpacked;
    if (known?.number === number && known.content.stamp === file.stamp) return known.content;
    this.#unpacked = undefined;
    const content = await inMemory(file, (size) => this.#bufferOf(size));
    if (content.bytes !== undefined) this.#unpacked = { number, content };
    return content;
  }

  #bufferOf(size: number): Buffer {
    if (size > this.#room.length) this.#room = Buffer.allocUnsafeSlow(size);
    return this.#room;
  }

  /** Whether a place lies where a segment is missing between others. */
  async #isInHole(from: Position, segments: readonly number[]): Promise<boolean> {
    const next = segments.find((number) => number > from.segment);
    const before = segments.findLast((number) => number < from.segment);
    if (next === undefined || before === undefined) return false;
    const size = await withSegment({ folder: this.#folder, number: before }, 0, async (content) => content.size);
    return before + size <= from.segment && from.segment + from.offset <= next;
  }
}

async function endsLine(content: SegmentContent, offset: number): Promise<boolean> {
  return offset === 0 || (await content.read(offset - 1, 1))[0] === NEWLINE;
}

function overlaps(held: Span | undefined, asked: Span | undefined): boolean {
  if (held === undefined) return false;
  return asked === undefined || (held.fromMs <= asked.toMs && held.toMs >= asked.fromMs);
}

/** Whole lines from a stretch, about `maxBytes` of them, at least one line. */
async function readLines(
  content: SegmentContent,
  { from, to }: Stretch,
  maxBytes: number,
  room?: Buffer,
): Promise<Buffer> {
  let length = Math.min(to - from, maxBytes);
  for (;;) {
    const bytes = await content.read(from, length, room);
    const newline = bytes.lastIndexOf(NEWLINE);
    if (newline >= 0 || length >= to - from) return bytes.subarray(0, newline + 1);
    length = Math.min(to - from, length * 2);
  }
}

/** Takes the lines of a piece out of whole lines, leaving marks out. */
function cutPiece(bytes: Buffer, from: Position, limits: PieceLimits): Piece {
  const runs: Buffer[] = [];
  let runStart = 0;
  let lineStart = 0;
  let lineCount = 0;
  while (lineStart < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, lineStart);
    const isMark =
      bytes[lineStart] === HASH && bytes.subarray(lineStart, lineStart + COMMIT_PREFIX.length).equals(COMMIT_PREFIX);
    // a mark right after the last line belongs to the piece: who has read all lines has nothing left
    if (lineCount >= limits.maxLines && !isMark) break;
    if (isMark) {
      if (lineStart > runStart) runs.push(bytes.subarray(runStart, lineStart));
      runStart = newline + 1;
    } else {
      lineCount++;
    }
    lineStart = newline + 1;
    // large batches go as they are; only small ones are worth being put together
    if (isMark && (lineCount >= limits.maxLines / 2 || lineStart >= limits.maxBytes / 2)) break;
  }
  if (lineStart > runStart) runs.push(bytes.subarray(runStart, lineStart));
  const lines = runs.length === 1 ? (runs[0] ?? bytes) : Buffer.concat(runs);
  return { lines, lineCount, next: { segment: from.segment, offset: from.offset + lineStart } };
}

/** A stretch in buffers of whole lines, marks included. */
async function* linesOf(content: SegmentContent, { from, to }: Stretch): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; at < to; ) {
    const bytes = await content.read(at, Math.min(CHUNK_BYTES, to - at));
    if (bytes.length === 0) break;
    at += bytes.length;
    const joined = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const newline = joined.lastIndexOf(NEWLINE);
    rest = joined.subarray(newline + 1);
    if (newline >= 0) yield joined.subarray(0, newline + 1);
  }
}
