/**
 * Running totals of a status, and the deltas between two readings.
 *
 * A status says how many bytes since `TotalBytesAreSince`, the moment the totals last began anew. While that moment is
 * the same, the difference is the delta. When it has moved, the new value is the delta; what flowed between the last
 * reading and the reset is lost, as nobody recorded it. Where a status has no such moment (10.13.0, serveradmin), a total
 * that fell is the sign.
 *
 * @module
 */
import { asInteger, asText, type RawMap } from "./raw.ts";

/** Totals by their short name. */
export const TOTAL_KEYS = {
  toClients: "TotalBytesReturnedToClients",
  toPeers: "TotalBytesReturnedToPeers",
  toChildren: "TotalBytesReturnedToChildren",
  fromOrigin: "TotalBytesStoredFromOrigin",
  fromPeers: "TotalBytesStoredFromPeers",
  fromParents: "TotalBytesStoredFromParents",
  dropped: "TotalBytesDropped",
  imported: "TotalBytesImported",
} as const;

/** Names of the same totals in OS X Server 3 to 5.0. */
const OLDER_KEYS: Readonly<Partial<Record<keyof typeof TOTAL_KEYS, string>>> = {
  fromOrigin: "TotalBytesFromOrigin",
  fromPeers: "TotalBytesFromPeers",
};

export type TotalName = keyof typeof TOTAL_KEYS;
export type Totals = Readonly<Partial<Record<TotalName, number>>>;

/** What a status says of its totals. */
export interface StatusTotals {
  /** The moment they began, as printed; undefined when it is not printed. */
  readonly since: string | undefined;
  /** The same in Unix milliseconds, where the zone is printed too. */
  readonly sinceMs: number | undefined;
  readonly bytes: Totals;
}

const NAMES = Object.keys(TOTAL_KEYS) as readonly TotalName[];
const SINCE = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(?: ?(Z|[+-]\d\d:?\d\d))?$/;

/** What a status says of its totals: nothing, numbers to count from, or why its numbers cannot be used. */
export interface TotalsReading {
  readonly totals: StatusTotals | undefined;
  readonly unusable: string | undefined;
}

const NOTHING: TotalsReading = { totals: undefined, unusable: undefined };

/** The totals of a status. A moment that cannot be read makes them worthless: nobody knows what they count from. */
export function totalsOf(raw: RawMap): TotalsReading {
  const bytes: Partial<Record<TotalName, number>> = {};
  for (const name of NAMES) {
    const value = asInteger(raw.get(TOTAL_KEYS[name]) ?? raw.get(OLDER_KEYS[name] ?? ""));
    if (value !== undefined && value >= 0) bytes[name] = value;
  }
  // 10.12 had one total for all that was returned
  const returned = asInteger(raw.get("TotalBytesReturned"));
  if (bytes.toClients === undefined && returned !== undefined && returned >= 0) {
    bytes.toClients = Math.max(0, returned - (bytes.toPeers ?? 0) - (bytes.toChildren ?? 0));
  }
  if (Object.keys(bytes).length === 0) return NOTHING;
  if (!raw.has("TotalBytesAreSince")) return { ...NOTHING, totals: { since: undefined, sinceMs: undefined, bytes } };
  const since = asText(raw.get("TotalBytesAreSince"));
  const [, date, time, zone] = SINCE.exec(since ?? "") ?? [];
  const sinceMs = Date.parse(
    `${date}T${time}${zone === undefined || zone === "Z" ? "Z" : zone.replace(/^(...):?/, "$1:")}`,
  );
  if (since === undefined || Number.isNaN(sinceMs)) {
    return { ...NOTHING, unusable: `TotalBytesAreSince is not a time: "${since ?? ""}"` };
  }
  return { ...NOTHING, totals: { since, sinceMs: zone === undefined ? undefined : sinceMs, bytes } };
}

/** What changed between two readings. */
export interface TotalsChange {
  /** Bytes since the last reading; 0 for a total either reading lacks. */
  readonly delta: Readonly<Record<TotalName, number>>;
  /** The totals began anew between the two. */
  readonly reset: boolean;
}

/** Deltas of two readings of the same cache in the same form. */
export function totalsChange(before: StatusTotals, now: StatusTotals): TotalsChange {
  const delta = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<TotalName, number>;
  const marked = before.since !== undefined && now.since !== undefined;
  const fell = NAMES.some((name) => (now.bytes[name] ?? 0) < (before.bytes[name] ?? 0));
  const reset = marked ? before.since !== now.since : fell;
  for (const name of NAMES) {
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
