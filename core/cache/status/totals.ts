/**
 * Running totals of a status.
 *
 * A status says how many bytes since `TotalBytesAreSince`, the moment the totals last started from zero. 10.13.0 and
 * serveradmin print no such moment.
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

export const TOTAL_NAMES = Object.keys(TOTAL_KEYS) as readonly TotalName[];
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
  for (const name of TOTAL_NAMES) {
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
