/**
 * A source: something that records numbers, read from a cursor on.
 *
 * A source turns what is new since its cursor into lines of the journal, batch by batch. It owns how to read and its
 * position; it does not own storage, time or tags. Contract: `source.contract.ts`.
 *
 * @module
 */

import type { Cursors, Json, Span } from "../../core/journal/journal.ts";
import type { Log } from "../../core/log.ts";

/** Rows of a clock a little ahead of ours are not of the future yet. */
export const CLOCK_AHEAD_MS = 3_600_000;

/** What a source hands over at once: lines to append, and the cursor that is true once they are in the journal. */
export interface SourceBatch {
  /** Whole lines, each ended by a newline, in the encoding of the journal. Bytes hold until the batch after the next is asked for. */
  readonly lines: string | Uint8Array;
  readonly lineCount: number;
  /** Rows of the source behind these lines. */
  readonly rowCount: number;
  /** Times of the lines; undefined when there are none. */
  readonly span: Span | undefined;
  /** Newest time of the lines that is not in the future; without it, the span's end where that is not. */
  readonly newestMs?: number | undefined;
  readonly cursor: Json;
  /** Of a source that reads texts: how much of them it understood. */
  readonly understood?: Understood;
}

/** How well texts were understood. */
export interface Understood {
  /** Lines there were. */
  readonly lines: number;
  /** Of these, lines of no shape that is known. */
  readonly unknown: number;
  /** Requests whose client the log does not name. */
  readonly unnamed: number;
}

/** What a source may ask while reading. */
export interface SourceContext {
  /** Escaped `,key=value` text of the tags that go on every line. */
  readonly tagText: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Cursors of all sources, as they are in the journal. */
  readonly cursors?: Cursors;
  /** Newest time taken from reports of the same cache: rows up to it may be in the journal already. */
  readonly reportedMs?: number;
  /** Keeps what cannot become a line, with the reason, where the admin finds it. */
  reject(what: string, reason: string): void;
  /**
   * Lines the journal holds, batches handed over before included, of the given measurements in [fromMs, toMs]; asked only when a source finds that its
   * rows were renumbered, so that rows already taken are not taken again.
   */
  alreadyTaken(measurements: ReadonlySet<string>, fromMs: number, toMs: number): AsyncIterable<string>;
}

/** A source of one kind. */
export interface Source {
  /** Stable name: the key of its cursor in the journal. */
  readonly name: string;
  /** What it reads, for messages. */
  readonly place: string;
  /**
   * Everything after the cursor, in batches; ends when nothing is new. `undefined` means from the beginning.
   * @throws LarderError when the place cannot be read now; batches handed over before stay good.
   */
  readAfter(cursor: Json | undefined, context: SourceContext): AsyncIterable<SourceBatch>;
  /** What distinguishes the file it reads from another in its place; undefined where there is none. */
  file?(): Promise<string | undefined>;
  /**
   * Whether what it reads is what the cursor comes from: it holds the row taken last. `nothing` where nothing was taken.
   * @throws LarderError when the place cannot be read now
   */
  continues?(cursor: Json, context: Pick<SourceContext, "log">): Promise<"same" | "other" | "nothing">;
}
