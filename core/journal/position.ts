/**
 * The position of a reader in a stream of the journal, and what it gets from there.
 *
 * @module
 */

/** A place in a stream: a segment and a byte offset in it, always at the beginning of a line. */
export interface Position {
  /** Bytes of the stream before the segment: its name. */
  readonly segment: number;
  readonly offset: number;
}

/** Some committed lines, ready to be sent as they are: no marks among them. */
export interface Piece {
  /** Whole lines, each ended by a newline. */
  readonly lines: Buffer;
  readonly lineCount: number;
  /** Where the next piece begins. */
  readonly next: Position;
}

export interface PieceLimits {
  readonly maxLines: number;
  readonly maxBytes: number;
}

/** What a reader of a stream can ask. Reading takes no lock and sees only what is committed. */
export interface StreamReader {
  readonly stream: string;
  /** The oldest place there is. */
  start(): Promise<Position>;
  /**
   * Whether a line may begin at this place. False when the stream does not reach so far, or a line spans it: an
   * older copy of the journal was put back, or the disk lost what it had promised. A place whose segment retention
   * removed is a good one.
   */
  canResume(from: Position): Promise<boolean>;
  /**
   * The next committed lines from a place, or undefined when there are none yet.
   * @param room where their bytes may be put: they hold until it is given again. Without it they have memory of their own.
   */
  readPiece(from: Position, limits: PieceLimits, room?: Buffer): Promise<Piece | undefined>;
  /** Committed bytes from a place to the end. */
  backlogBytes(from: Position): Promise<number>;
  /** Bytes that were removed by retention before this place was read, when its segment is gone; else 0. */
  lostBefore(from: Position): Promise<number>;
}

/** Where reading goes on: at a place that is known, or at the oldest there is where none is, or it does not fit any more. */
export async function resumeAt(reader: StreamReader, known: Position | undefined): Promise<Position> {
  return known !== undefined && (await reader.canResume(known)) ? known : await reader.start();
}
