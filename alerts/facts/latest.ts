/**
 * The line of one kind that counts now, whatever order lines come in.
 *
 * That is the newest by its time. Where the newest lies in the future, a clock was wrong when it was written: then what was
 * written last counts, so that a clock that is put right is seen at once.
 *
 * @module
 */
import { RAW_STREAMS } from "../../core/journal/journal.ts";
import type { ParsedLine } from "../../core/line/line.ts";
import { THRESHOLDS } from "../../core/thresholds.ts";

const RANKS = new Map<string, number>(RAW_STREAMS.map((stream, rank) => [stream, rank]));
const AHEAD_MS = THRESHOLDS.clockAheadSeconds.watch * 1000;

/** A moment, and how far back lines are looked at then. */
export interface LatestQuestion {
  readonly nowMs: number;
  readonly sinceMs: number;
}

export class Latest {
  #newest: Written | undefined;
  /** By stream, as each is in the order it was written. */
  #last: readonly Written[] = [];

  take(line: ParsedLine, stream: string): void {
    const written = { line, rank: RANKS.get(stream) ?? -1 };
    this.#newest = newer(this.#newest, written);
    if (this.#last.length === 1 && this.#last[0]?.rank === written.rank) this.#last = [written];
    else this.#last = [...this.#last.filter(({ rank }) => rank !== written.rank), written];
  }

  /** Whether what counts may be another line later on, though none is new. */
  isAhead(nowMs: number): boolean {
    return this.#newest !== undefined && this.#newest.line.timeMs > nowMs + AHEAD_MS;
  }

  /** Undefined where nothing counts. */
  at({ nowMs, sinceMs }: LatestQuestion): ParsedLine | undefined {
    let found = this.#newest;
    if (found !== undefined && found.line.timeMs > nowMs + AHEAD_MS) {
      found = this.#last.reduce<Written | undefined>(newer, undefined);
    }
    return found === undefined || found.line.timeMs < sinceMs ? undefined : found.line;
  }
}

interface Written {
  readonly line: ParsedLine;
  readonly rank: number;
}

/** Of equal times the one of the later stream, and in a stream what was written later. */
function newer(known: Written | undefined, written: Written): Written {
  if (known === undefined) return written;
  const [before, now] = [known.line.timeMs, written.line.timeMs];
  return now > before || (now === before && written.rank >= known.rank) ? written : known;
}
