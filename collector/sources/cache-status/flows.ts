/**
 * Bytes that flowed between two readings of a status, from its running totals.
 *
 * While `TotalBytesAreSince` is the same, the difference is the delta. When it has moved, the new value is the delta;
 * what flowed between the last reading and the reset is lost, as nobody recorded it. Where a status has no such moment,
 * a total that fell is the sign.
 *
 * @module
 */
import { type StatusTotals, TOTAL_NAMES, type TotalName } from "../../../core/cache/cache.ts";

/** What changed between two readings. */
export interface TotalsChange {
  /** Bytes since the last reading; 0 for a total either reading lacks. */
  readonly delta: Readonly<Record<TotalName, number>>;
  /** The totals restarted between the two. */
  readonly reset: boolean;
}

/** Deltas of two readings of the same cache in the same form. */
export function totalsChange(before: StatusTotals, now: StatusTotals): TotalsChange {
  const delta = Object.fromEntries(TOTAL_NAMES.map((name) => [name, 0])) as Record<TotalName, number>;
  const marked = before.since !== undefined && now.since !== undefined;
  const fell = TOTAL_NAMES.some((name) => (now.bytes[name] ?? 0) < (before.bytes[name] ?? 0));
  const reset = marked ? before.since !== now.since : fell;
  for (const name of TOTAL_NAMES) {
    const value = now.bytes[name];
    const old = before.bytes[name];
    if (value === undefined) continue;
    // a total that was not there before has no beginning to count from; one that fell without a reset starts again there
    if (reset) delta[name] = value;
    else if (old !== undefined) delta[name] = Math.max(0, value - old);
  }
  return { delta, reset };
}

/**
 * Whether the bytes of the interval between two readings can be split by where they came from: both sums must be known
 * at both ends of it. A status that leaves out what was fetched from Apple would make everything served look saved.
 */
export function canSplit(before: StatusTotals, now: StatusTotals): boolean {
  return [before, now].every(({ bytes }) => bytes.toClients !== undefined && bytes.fromOrigin !== undefined);
}

/** Fetched bytes that no answer has accounted for yet. */
export interface Surplus {
  readonly origin: number;
  readonly peers: number;
  readonly parents: number;
}

export const NO_SURPLUS: Surplus = { origin: 0, peers: 0, parents: 0 };

/** Bytes of one interval in the names of the schema. */
export interface Flows {
  readonly fields: Readonly<Record<string, number>>;
  readonly surplus: Surplus;
}

const SOURCES = ["origin", "parents", "peers"] as const;
const RECEIVERS = [
  ["clients", "toClients"],
  ["children", "toChildren"],
  ["peers", "toPeers"],
] as const;

/**
 * Splits what was returned by where it came from. A status knows only both sums: what was fetched is laid against what
 * clients took, then children, then peers; the rest came from the cache itself. What was fetched and not yet returned
 * waits in the surplus for the next interval, so that over time both sums stay exact.
 */
export function toFlows(delta: TotalsChange["delta"], surplus: Surplus): Flows {
  const left = {
    origin: delta.fromOrigin + surplus.origin,
    parents: delta.fromParents + surplus.parents,
    peers: delta.fromPeers + surplus.peers,
  };
  const fields: Record<string, number> = {};
  for (const [receiver, total] of RECEIVERS) {
    let open = delta[total];
    for (const source of SOURCES) {
      if (source === "peers" && receiver === "peers") continue;
      const taken = Math.min(open, left[source]);
      left[source] -= taken;
      open -= taken;
      fields[`bytes.from${source}.to${receiver}`] = taken;
    }
    fields[`bytes.fromcache.to${receiver}`] = open;
  }
  return { fields, surplus: left };
}
