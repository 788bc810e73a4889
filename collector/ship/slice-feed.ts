/**
 * The pieces a sink has yet to take, from all streams in turn of their order, and how far it has come in each.
 *
 * @module
 */
import {
  type Piece,
  type PieceLimits,
  type Position,
  resumeAt,
  type StreamReader,
} from "../../core/journal/journal.ts";
import { type AckWindow, createAckWindow, type InFlight, type ShipPositions } from "./cursor.ts";

interface Stream {
  readonly reader: StreamReader;
  prefix: AckWindow;
  readFrom: Position;
}

/** A piece on its way. */
export interface Shipment {
  readonly stream: Stream;
  readonly from: Position;
  readonly piece: Piece;
  readonly ticket: InFlight;
}

export class PieceFeed {
  readonly #streams: readonly Stream[];
  readonly #limits: PieceLimits;
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * A stream without a saved position is read from its beginning, and so is one the position does not fit: what is sent
   * again changes nothing, what is passed over would be lost.
   */
  static async open(readers: readonly StreamReader[], saved: ShipPositions, limits: PieceLimits): Promise<PieceFeed> {
    const streams: Stream[] = [];
    for (const reader of readers) {
      const known = saved[reader.stream];
      const position = await resumeAt(reader, known);
      streams.push({ reader, prefix: createAckWindow(position), readFrom: position });
    }
    return new PieceFeed(streams, limits);
  }

  private constructor(streams: readonly Stream[], limits: PieceLimits) {
    this.#streams = streams;
    this.#limits = limits;
  }

  /**
   * The next piece, or undefined when there is none now. One looks at a time, so that pieces set out in order.
   * @param room for the bytes of the piece, as in `readPiece`
   */
  async take(room?: Buffer): Promise<Shipment | undefined> {
    const mine = this.#turn.then(() => this.#next(room));
    this.#turn = mine.catch(() => {});
    return await mine;
  }

  async #next(room: Buffer | undefined): Promise<Shipment | undefined> {
    for (const stream of this.#streams) {
      const lost = await stream.reader.lostBefore(stream.readFrom);
      const from = lost > 0 ? await stream.reader.start() : stream.readFrom;
      const piece = await stream.reader.readPiece(from, this.#limits, room);
      if (piece === undefined) continue;
      stream.readFrom = piece.next;
      return { stream, from, piece, ticket: stream.prefix.add(piece.next, lost) };
    }
    return undefined;
  }

  /** A piece is done. Returns the bytes the sink's place passed that retention had removed. */
  done(job: Shipment): number {
    return job.stream.prefix.done(job.ticket);
  }

  /** The first lines of a piece alone, if nothing before the piece is on its way. */
  async beginning({ stream, from, ticket }: Shipment, lineCount: number): Promise<Piece | undefined> {
    if (!stream.prefix.isFirst(ticket)) return undefined;
    return await stream.reader.readPiece(from, { ...this.#limits, maxLines: lineCount });
  }

  /** The beginning of a piece is done, the rest is not. Returns lost bytes as `done`. */
  beginningDone(job: Shipment, beginning: Piece): number {
    return job.stream.prefix.advanceWithin(job.ticket, beginning.next);
  }

  /** Gives up what is on its way: it is read again. */
  rewind(): void {
    for (const stream of this.#streams) {
      stream.prefix.reset();
      stream.readFrom = stream.prefix.position;
    }
  }

  /** Goes back to an earlier place: what lies behind it is sent again. Nothing may be on its way. */
  async goBack(positions: ShipPositions): Promise<void> {
    for (const stream of this.#streams) {
      const { reader, prefix } = stream;
      const known = positions[reader.stream];
      const to = await resumeAt(reader, known);
      if (to.segment + to.offset >= prefix.position.segment + prefix.position.offset) continue;
      stream.prefix = createAckWindow(to);
      stream.readFrom = to;
    }
  }

  /** How far the sink has come. */
  positions(): ShipPositions {
    return Object.fromEntries(this.#streams.map(({ reader, prefix }) => [reader.stream, prefix.position]));
  }

  /** Journal bytes the sink has yet to take. */
  async backlogBytes(): Promise<number> {
    let total = 0;
    for (const { reader, prefix } of this.#streams) total += await reader.backlogBytes(prefix.position);
    return total;
  }
}
