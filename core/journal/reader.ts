/**
 * Reading a stream: committed bytes from a position on, and all its lines in a span of time.
 *
 * A reader takes no lock. It may run in another process than the writer: in the last segment it sees only what is
 * before the last whole commit mark. Every batch is checked against its mark before its lines are handed out; what is
 * damaged or missing is passed over, and what is whole after it is read. `health.ts` says what was passed over.
 *
 * @module
 */
import { joinSpans, type KnownCommit, type Span } from "./commit.ts";
import type { JournalReader, PartOfSegment, SegmentInfo } from "./journal-reader.ts";
import { lastCommit } from "./last-commit.ts";
import { type KnownSegment, lossesOf } from "./losses.ts";
import { openSegment, packedFacts, packedFile, withSegment } from "./open-segment.ts";
import { inMemory } from "./packed-content.ts";
import { linesOfParts } from "./packed-parts.ts";
import type { Piece, PieceLimits, Position } from "./position.ts";
import type { SegmentContent } from "./segment-content.ts";
import { SegmentMaps, type WriterEnds } from "./segment-maps.ts";
import { listSegmentFiles, listSegments } from "./segment-names.ts";
import { EMPTY_MAP } from "./segment-scan.ts";
import { cutPiece, endsLine, linesOf, readLines } from "./whole-lines.ts";

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
      // behind it a whole batch begins, though the newline before that may be what is damaged
      if (map.damage.some(({ from: begin, to }) => from.offset >= begin && from.offset <= to)) return true;
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
        const bytes = await readLines(content, { from: begin, to: stretch.to }, { maxBytes: limits.maxBytes, room });
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
      if (!overlaps(around.reduce(joinSpans), asked)) continue;
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

function overlaps(held: Span | undefined, asked: Span | undefined): boolean {
  if (held === undefined) return false;
  return asked === undefined || (held.fromMs <= asked.toMs && held.toMs >= asked.fromMs);
}
