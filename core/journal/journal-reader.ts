/**
 * What can be read of a stream.
 *
 * @module
 */
import type { KnownCommit, Span } from "./commit.ts";
import type { NameSet } from "./name-set.ts";
import type { Position, StreamReader } from "./position.ts";

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
