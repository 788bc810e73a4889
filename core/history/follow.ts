/**
 * What is new in the journal since a place, in all its streams: what a live page shows, what rules look at, and what
 * roll-ups add up. No lock is taken, and only what is committed is seen.
 *
 * A place holds over packing and retention: it is a number of bytes in a stream, whatever file has them. Lines that
 * retention took before they were followed are counted. Where a place does not fit the journal, because an older one was
 * put back, its stream begins again.
 *
 * @module
 */
import type { Json } from "../journal/journal.ts";
import {
  openReader,
  type PieceLimits,
  type Position,
  resumeAt,
  STREAMS,
  type StreamReader,
  streamFolder,
} from "../journal/journal.ts";
import { escapeMeasurement, forEachLine, hasName, type ParsedLine, parseLine } from "../line/line.ts";

/** How far each stream has been followed; one that is not among them has not been looked at yet. May be kept as JSON. */
export type Places = Readonly<Record<string, Position>>;

/** Lines of one measurement, as they are written. */
export interface Followed {
  readonly measurement: string;
  take(line: ParsedLine, stream: string): void;
}

export interface FollowOptions {
  /** Default: all of them, roll-ups too. */
  readonly streams?: readonly string[];
  readonly wanted: readonly Followed[];
  /** A stream begins again: its lines may have been taken before. Called before the first of them. */
  readonly onRestart?: (stream: string) => void;
}

export interface FollowReport {
  /** Where the next time begins. */
  readonly places: Places;
  /** Journal bytes that retention took before they were followed. */
  readonly lostBytes: number;
  /** Streams that began again. */
  readonly restarted: readonly string[];
}

/** Memory of a step. */
const PIECE: PieceLimits = { maxLines: 10_000, maxBytes: 1_000_000 };

/**
 * Hands over the lines after some places, in the order written within a stream.
 * @throws LarderError `JOURNAL_READ` when the journal cannot be read; the places given still hold.
 */
export async function follow(stateDir: string, from: Places, options: FollowOptions): Promise<FollowReport> {
  const { streams = STREAMS, wanted, onRestart } = options;
  const searches = wanted.map((by) => ({ name: Buffer.from(escapeMeasurement(by.measurement)), by }));
  const places: Record<string, Position> = { ...from };
  const restarted: string[] = [];
  let lostBytes = 0;
  for (const stream of streams) {
    const reader = openReader(streamFolder(stateDir, stream), stream);
    const known = from[stream];
    let place = await resumeAt(reader, known);
    if (known !== undefined && place !== known) {
      restarted.push(stream);
      onRestart?.(stream);
    }
    lostBytes += await reader.lostBefore(place);
    for await (const { lines, next } of piecesFrom(reader, place, PIECE)) {
      forEachLine(lines, (start, end) => {
        for (const { name, by } of searches) {
          const line = hasName(lines, start, name) ? parseLine(lines.toString("utf8", start, end)) : undefined;
          if (line !== undefined) by.take(line, stream);
        }
      });
      place = next;
    }
    places[stream] = place;
  }
  return { places, lostBytes, restarted };
}

/** The places behind all that is there: following from them gives what comes from now on. */
export async function placesNow(stateDir: string, streams: readonly string[] = STREAMS): Promise<Places> {
  const places: Record<string, Position> = {};
  for (const stream of streams) {
    places[stream] = await openReader(streamFolder(stateDir, stream), stream).end();
  }
  return places;
}

/** Places that were kept as JSON; undefined for anything else. */
export function parsePlaces(json: Json): Places | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const places = new Map<string, Position>();
  for (const [stream, place] of Object.entries(json)) {
    if (typeof place !== "object" || place === null || Array.isArray(place)) return undefined;
    const { segment, offset } = place as Readonly<Record<string, Json>>;
    if (!isPlace(segment) || !isPlace(offset)) return undefined;
    places.set(stream, { segment, offset });
  }
  return Object.fromEntries(places);
}

function isPlace(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Lines of a stream, and where they lie. */
export interface NewLines {
  /** Whole lines, no marks among them. */
  readonly lines: Buffer;
  /** Where the lines after them begin. */
  readonly next: Position;
}

/**
 * The committed lines of a stream from a place on, a piece at a time, until there are none. Their bytes hold until the next
 * piece is asked for: after a large one they lie in memory that is used again.
 */
export async function* piecesFrom(reader: StreamReader, from: Position, limits: PieceLimits): AsyncGenerator<NewLines> {
  let place = from;
  let room: Buffer | undefined;
  for (;;) {
    const piece = await reader.readPiece(place, limits, room);
    if (piece === undefined) return;
    yield piece;
    if (piece.lines.length >= limits.maxBytes / 2) room ??= Buffer.allocUnsafeSlow(limits.maxBytes);
    place = piece.next;
  }
}
