/**
 * The position of the status source: the time, form and totals of its last reading.
 *
 * @module
 */

import { type StatusForm, type StatusTotals, TOTAL_KEYS, type TotalName } from "../../../core/cache/cache.ts";
import { asCount, asObject, asText, type Json, type Span } from "../../../core/journal/journal.ts";
import { NO_SURPLUS, type Surplus } from "./flows.ts";

export interface ManagerStatusCursor {
  /** When it was read, Unix milliseconds. */
  readonly at: number;
  /** The time of its points: when it was read, or when the file was written. */
  readonly timeMs: number;
  readonly form: StatusForm;
  readonly guid: string | undefined;
  readonly totals: StatusTotals | undefined;
  readonly surplus: Surplus;
  /** Whether its totals count. Undefined in cursors of earlier versions. */
  readonly counting?: boolean | undefined;
  /** While they count although others could again: since when. */
  readonly othersMs?: number | undefined;
  /** While others count: from where the totals would. */
  readonly base?: Base | undefined;
  /** The time in which the totals counted last: rows of others of that time are in them. */
  readonly counted?: Span | undefined;
  /** What events are derived from: see `collector/health/self-metrics.ts`. */
  readonly seen: Seen;
}

/** A reading to count from. */
export interface Base {
  readonly timeMs: number;
  readonly totals: StatusTotals;
}

/** How the cache was at a reading; undefined where the status did not say. */
export interface Seen {
  readonly usedBytes: number | undefined;
  readonly registered: number | undefined;
  readonly limitBytes?: number | undefined;
  /** Its state, in the words of `state.ts`. */
  readonly state?: string | undefined;
  /** Why its totals could not be used: logged once, not at every reading. */
  readonly unusableTotals?: string | undefined;
}

const FORMS: ReadonlySet<unknown> = new Set<StatusForm>(["json", "text", "plist", "serveradmin"]);

/** A cursor from the journal; undefined for none, or one we do not understand: then counting restarts. */
export function parseCursor(json: Json | undefined): ManagerStatusCursor | undefined {
  const cursor = asObject(json);
  if (cursor?.["v"] !== 1 || !FORMS.has(cursor["form"])) return undefined;
  const at = asCount(cursor["at"]);
  const timeMs = asCount(cursor["timeMs"]);
  if (at === undefined || timeMs === undefined) return undefined;
  const surplus = asObject(cursor["surplus"]);
  const seen = asObject(cursor["seen"]);
  const registered = seen?.["registered"];
  return {
    at,
    timeMs,
    form: cursor["form"] as StatusForm,
    guid: asText(cursor["guid"]),
    totals: parseTotals(asObject(cursor["totals"])),
    surplus: {
      origin: asCount(surplus?.["origin"]) ?? NO_SURPLUS.origin,
      peers: asCount(surplus?.["peers"]) ?? NO_SURPLUS.peers,
      parents: asCount(surplus?.["parents"]) ?? NO_SURPLUS.parents,
    },
    counting: typeof cursor["counting"] === "boolean" ? cursor["counting"] : undefined,
    othersMs: asCount(cursor["othersMs"]),
    base: parseBase(asObject(cursor["base"])),
    counted: parseSpan(asObject(cursor["counted"])),
    seen: {
      usedBytes: asCount(seen?.["usedBytes"]),
      registered: Number.isSafeInteger(registered) ? (registered as number) : undefined,
      limitBytes: asCount(seen?.["limitBytes"]),
      state: asText(seen?.["state"]),
      unusableTotals: asText(seen?.["unusableTotals"]),
    },
  };
}

/** The cursor as JSON. */
export function cursorJson(cursor: ManagerStatusCursor): Json {
  // what is undefined is left out
  return JSON.parse(JSON.stringify({ v: 1, ...cursor })) as Json;
}

function parseBase(json: Readonly<Record<string, Json>> | undefined): Base | undefined {
  const [timeMs, totals] = [asCount(json?.["timeMs"]), parseTotals(asObject(json?.["totals"]))];
  return timeMs === undefined || totals === undefined ? undefined : { timeMs, totals };
}

function parseSpan(json: Readonly<Record<string, Json>> | undefined): Span | undefined {
  const [fromMs, toMs] = [asCount(json?.["fromMs"]), asCount(json?.["toMs"])];
  return fromMs === undefined || toMs === undefined ? undefined : { fromMs, toMs };
}

function parseTotals(json: Readonly<Record<string, Json>> | undefined): StatusTotals | undefined {
  const kept = asObject(json?.["bytes"]);
  if (json === undefined || kept === undefined) return undefined;
  const bytes: Partial<Record<TotalName, number>> = {};
  for (const name of Object.keys(TOTAL_KEYS) as TotalName[]) {
    const value = asCount(kept[name]);
    if (value !== undefined) bytes[name] = value;
  }
  return { since: asText(json["since"]), sinceMs: asCount(json["sinceMs"]), bytes };
}
