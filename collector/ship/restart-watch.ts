/**
 * What a server has acknowledged and may still lose: VictoriaMetrics says yes before it has written to the disk.
 *
 * Such a server is asked who it is: the time its process began. While that stays the same, what it took a minute ago is
 * safe. When it is another one, everything since is sent again. It is asked before the first line of a process, and
 * whenever everything has been sent. Pure.
 *
 * A minute here is one of the steady time of the computer, which nobody sets: a clock set ahead within seconds of a crash
 * would else make everything safe at once.
 *
 * @module
 */
import type { ShipPositions } from "./cursor.ts";

/** VictoriaMetrics flushes within five seconds; ours is a wide margin. */
const SETTLED_AFTER_MS = 60_000;
/** Places are noted no more often, so that a long back-fill leaves few. */
const NOTE_EVERY_MS = 5000;
/** More are thinned out: a place that is missing only has a little more sent again. */
const MOST_NOTES = 60;
/** The identity of a server that does not report one, before the number of its outages. */
const UNKNOWN = "unknown";

/** What is kept from one process to the next. */
export interface ServerMemory {
  /** Who the server was when it was last asked. */
  readonly identity: string;
  /** As far as the journal is safe with it. */
  readonly settled: ShipPositions;
  /** Places reached since, the oldest first: a process may live for one pass alone. */
  readonly notes: readonly Note[];
}

/** How far the sink had come at a moment. */
export interface Note {
  /** By the steady time of the computer; undefined in a file of an older version. */
  readonly steadyMs?: number | undefined;
  readonly positions: ShipPositions;
}

export class RestartWatch {
  #identity: string | undefined;
  #settled: ShipPositions;
  #notes: Note[];

  /** @param start how far the sink has come at the beginning, where nothing is known of the server */
  constructor(memory: ServerMemory | undefined, start: ShipPositions) {
    const unknown = memory?.identity.startsWith(UNKNOWN) === true;
    this.#identity = unknown ? `${UNKNOWN} 0` : memory?.identity;
    this.#settled = memory?.settled ?? start;
    this.#notes = [...(memory?.notes ?? [])];
  }

  /** The sink has come this far. */
  reached(positions: ShipPositions, steadyMs: number): void {
    this.#dateNotes(steadyMs);
    const last = this.#notes.at(-1);
    if (last !== undefined && ageMs(last, steadyMs) < NOTE_EVERY_MS) return;
    this.#notes.push({ steadyMs, positions });
    if (this.#notes.length > MOST_NOTES) this.#notes = this.#notes.filter((_, i) => i % 2 === 0);
  }

  /**
   * The server has been asked who it is.
   * @param told undefined when it does not report one: then every outage counts as a restart
   * @param outages how often it has come back in the life of this process
   * @returns where to go on from, when it may have lost what it took
   */
  seen(told: string | undefined, outages: number, steadyMs: number): ShipPositions | undefined {
    this.#dateNotes(steadyMs);
    const before = this.#identity;
    const identity = told ?? `${UNKNOWN} ${outages}`;
    this.#identity = identity;
    // one that could not be asked before it took the first lines may have begun again since
    const unasked = before === undefined && this.#notes.length > 0;
    if (unasked || (before !== undefined && before !== identity)) {
      this.#notes = [];
      return this.#settled;
    }
    for (let [first] = this.#notes; first !== undefined; [first] = this.#notes) {
      if (ageMs(first, steadyMs) < SETTLED_AFTER_MS) break;
      this.#settled = first.positions;
      this.#notes.shift();
    }
    return undefined;
  }

  /** What an older version noted by the clock may be of this moment. */
  #dateNotes(steadyMs: number): void {
    if (this.#notes.some((note) => note.steadyMs === undefined))
      this.#notes = this.#notes.map((note) => ({ steadyMs, ...note }));
  }

  /** To be kept; undefined while the server has not been asked. */
  get memory(): ServerMemory | undefined {
    return this.#identity === undefined
      ? undefined
      : { identity: this.#identity, settled: this.#settled, notes: [...this.#notes] };
  }
}

/** How old a note is at least: where the computer was started since, steady time began again, and it is older than that. */
function ageMs({ steadyMs = 0 }: Note, now: number): number {
  return now >= steadyMs ? now - steadyMs : now;
}
