/**
 * Late rows while everything is computed again: a row may be in what was written, or not. So the buckets they are for are
 * recomputed from the journal and compared.
 *
 * @module
 */
import type { JournalReader, Position } from "../../core/journal/journal.ts";
import type { DayZones } from "../../core/time/day-zones.ts";
import { type ClosedBucket, corrections, type RollupStreams } from "./corrections.ts";
import { LateBuckets } from "./late-buckets.ts";
import type { BucketOf } from "./series.ts";

/** What computes again: its days, and how far it has read, which grows. */
interface Computing {
  readonly days: DayZones;
  readonly positions: ReadonlyMap<string, Position>;
}

/** Begins with the raw streams as they are: all of what they hold now is read before everything is computed. */
export async function lateAgain(streams: RollupStreams, computing: Computing): Promise<LateAgain> {
  return new LateAgain(streams, computing, await endsOf(streams.raw));
}

export class LateAgain {
  readonly #streams: RollupStreams;
  readonly #computing: Computing;
  readonly #ends: ReadonlyMap<string, Position>;
  #buckets: LateBuckets;

  constructor(streams: RollupStreams, computing: Computing, ends: ReadonlyMap<string, Position>) {
    this.#streams = streams;
    this.#computing = computing;
    this.#ends = ends;
    this.#buckets = new LateBuckets(computing.days);
  }

  /** Buckets that are waiting. */
  get count(): number {
    return this.#buckets.count;
  }

  /** Remembers the bucket; its rows are added up when it is recomputed. */
  sumsOf({ series, unit, from }: BucketOf): undefined {
    this.#buckets.add(series.key, unit, from);
  }

  /** Takes them out: what is missing of each. */
  async corrections(): Promise<ClosedBucket[]> {
    const { positions, days } = this.#computing;
    const until = new Map(this.#ends);
    for (const [stream, read] of positions) until.set(stream, furthest(read, until.get(stream)));
    const computed = await this.#buckets.recompute(this.#streams.raw, until);
    this.#buckets = new LateBuckets(days);
    return await corrections(computed, this.#streams, days);
  }
}

async function endsOf(raw: readonly JournalReader[]): Promise<Map<string, Position>> {
  const ends = new Map<string, Position>();
  for (const reader of raw) ends.set(reader.stream, await reader.end());
  return ends;
}

function furthest(a: Position, b: Position = a): Position {
  return b.segment + b.offset > a.segment + a.offset ? b : a;
}
