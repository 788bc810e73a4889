import { join } from "node:path";
import * as z from "zod";
import { type Disk, realDisk } from "../../core/disk.ts";
import { errorText, LarderError } from "../../core/errors.ts";
import { makeFolder, readIfThere, writeAtomically } from "../../core/files.ts";
import type { Position } from "../../core/journal/journal.ts";

/** Whose files in the state folder. */
export interface SinkFiles {
  readonly stateDir: string;
  /** Its name. */
  readonly sink: string;
  readonly disk?: Disk;
}

/** Positions by stream. */
export type ShipPositions = Readonly<Record<string, Position>>;

const whole = z.number().int().nonnegative();
export const positionsSchema = z.record(z.string(), z.strictObject({ segment: whole, offset: whole }));
const fileSchema = z.strictObject({ v: z.literal(1), streams: positionsSchema });

const SUFFIX = ".json";

/**
 * The saved positions of a sink; empty when it has none yet.
 * @throws LarderError `SHIP_CURSOR` when the file cannot be read or is not ours.
 */
export async function loadPositions(stateDir: string, sink: string): Promise<ShipPositions> {
  const path = cursorPath(stateDir, sink);
  try {
    const bytes = await readIfThere(path);
    return bytes === undefined ? {} : fileSchema.parse(JSON.parse(bytes.toString("utf8"))).streams;
  } catch (error) {
    const said =
      error instanceof z.ZodError || error instanceof SyntaxError ? "it is not one of our cursors" : errorText(error);
    throw new LarderError(`Cannot read how far sink "${sink}" has come from "${path}": ${said}`, {
      code: "SHIP_CURSOR",
      state: "nothing was sent or lost; the journal keeps everything",
      next: `remove "${path}" to send this sink the whole journal again, which changes no number`,
      cause: error,
    });
  }
}

/** Saves the positions of a sink so that a crash leaves the old ones or the new ones. */
export async function savePositions({ stateDir, sink, disk = realDisk }: SinkFiles, streams: ShipPositions) {
  await makeFolder(join(stateDir, "ship"));
  await writeAtomically(cursorPath(stateDir, sink), `${JSON.stringify({ v: 1, streams })}\n`, { disk });
}

/**
 * The oldest position any of the named sinks has yet to send of a stream: what retention must keep. A sink that has no
 * position needs all; undefined when there are no sinks.
 */
export async function oldestNeeded(
  stateDir: string,
  sinks: readonly string[],
  stream: string,
): Promise<Position | undefined> {
  let oldest: Position | undefined;
  for (const sink of sinks) {
    const position = (await loadPositions(stateDir, sink))[stream] ?? { segment: 0, offset: 0 };
    if (oldest === undefined || position.segment + position.offset < oldest.segment + oldest.offset) oldest = position;
  }
  return oldest;
}

function cursorPath(stateDir: string, sink: string): string {
  return join(stateDir, "ship", `${sink}${SUFFIX}`);
}

/** A piece on its way. */
export interface InFlight {
  next: Position;
  done: boolean;
  /** Journal bytes that retention removed just before this piece. */
  lostBytes: number;
}

/** The done beginning of a stream. */
export interface AckWindow {
  /** Everything before it is done. */
  readonly position: Position;
  /** A piece sets out; pieces are added in the order of the stream. */
  add(next: Position, lostBytes: number): InFlight;
  /** A piece is done: moves `position` as far as it can. Returns the lost bytes it passed. */
  done(ticket: InFlight): number;
  /** Whether nothing before this piece is on its way. */
  isFirst(ticket: InFlight): boolean;
  /** The beginning of the first piece is done: moves `position` there. Returns the lost bytes it passed. */
  advanceWithin(ticket: InFlight, position: Position): number;
  /** Forgets what is on its way. */
  reset(): void;
}

export function createAckWindow(start: Position): AckWindow {
  let position = start;
  let pending: InFlight[] = [];
  return {
    get position() {
      return position;
    },
    add(next, lostBytes) {
      const ticket = { next, done: false, lostBytes };
      pending.push(ticket);
      return ticket;
    },
    done(ticket) {
      ticket.done = true;
      let lost = 0;
      let passed = 0;
      for (const { done, next, lostBytes } of pending) {
        if (!done) break;
        position = next;
        lost += lostBytes;
        passed++;
      }
      pending = pending.slice(passed);
      return lost;
    },
    isFirst: (ticket) => pending[0] === ticket,
    advanceWithin(ticket, within) {
      if (pending[0] !== ticket) return 0;
      position = within;
      const lost = ticket.lostBytes;
      ticket.lostBytes = 0;
      return lost;
    },
    reset() {
      pending = [];
    },
  };
}
