/**
 * Lines of a stream of bytes, with a limit: a line that is too long is passed over without being kept in memory.
 *
 * @module
 */

/** A message of the log is far shorter; `log show` adds a kilobyte of its own. */
const MAX_LINE_BYTES = 256 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Bytes, and the same as text of one character a byte: places in one are places in the other. */
export interface Piece {
  readonly bytes: Buffer;
  readonly text: string;
}

/** Gets a line of a piece, from `start` to `end`, without its newline. */
export type OnLine = (piece: Piece, start: number, end: number) => void;

export interface CutterEvents {
  onLine: OnLine;
  /** A line past the limit ended. */
  onTooLong(): void;
}

export class LineCutter {
  readonly #events: CutterEvents;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of a line that is too long already and has not ended. */
  #dropped = 0;
  #consumed = 0;

  constructor(events: CutterEvents) {
    this.#events = events;
  }

  /** Bytes of the lines handed over, newlines included. */
  get consumed(): number {
    return this.#consumed;
  }

  push(chunk: Buffer): void {
    let start = 0;
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) {
      this.#keep(chunk);
      return;
    }
    if (this.#dropped > 0 || this.#rest.length > 0) {
      this.#endRest(chunk, first);
      start = first + 1;
    }
    const piece = pieceOf(chunk);
    for (;;) {
      const end = start === 0 ? first : chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#line(piece, start, end);
      this.#consumed += end + 1 - start;
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** The line that no newline has ended, where nothing more will come. */
  end(): void {
    const length = this.#dropped + this.#rest.length;
    if (length === 0) return;
    if (this.#dropped > 0) this.#events.onTooLong();
    else this.#line(pieceOf(this.#rest), 0, this.#rest.length);
    this.#consumed += length;
    this.#rest = Buffer.alloc(0);
    this.#dropped = 0;
  }

  #endRest(chunk: Buffer, end: number): void {
    const length = this.#dropped + this.#rest.length + end;
    if (this.#dropped > 0 || length > MAX_LINE_BYTES) this.#events.onTooLong();
    else this.#line(pieceOf(Buffer.concat([this.#rest, chunk.subarray(0, end)])), 0, length);
    this.#consumed += length + 1;
    this.#rest = Buffer.alloc(0);
    this.#dropped = 0;
  }

  #line(piece: Piece, start: number, end: number): void {
    if (end - start > MAX_LINE_BYTES) this.#events.onTooLong();
    else this.#events.onLine(piece, start, piece.bytes[end - 1] === RETURN && end > start ? end - 1 : end);
  }

  #keep(bytes: Buffer): void {
    if (this.#dropped > 0 || this.#rest.length + bytes.length > MAX_LINE_BYTES) {
      this.#dropped += this.#rest.length + bytes.length;
      this.#rest = Buffer.alloc(0);
    } else this.#rest = Buffer.concat([this.#rest, bytes]);
  }
}

function pieceOf(bytes: Buffer): Piece {
  return { bytes, text: bytes.toString("latin1") };
}
