/**
 * What is in the cursor of roll-ups, and of it the days they have been counted in, whatever version wrote it.
 *
 * @module
 */
import { asObject, type Json, type Position } from "../../core/journal/journal.ts";
import { DayZones } from "../../core/time/day-zones.ts";
import type { BucketUnit } from "../../core/time/local-days.ts";

export interface RollupCursor {
  /** Zones of the days. */
  readonly days: DayZones;
  /** End of the newest hour and day of which anything was written. */
  readonly written: WrittenEnds;
  /** How far behind the beginning of its bucket the next correction is written: behind all that were. */
  readonly after: number;
  /** Buckets that ended by then have been written. */
  readonly closedMs: number;
  readonly positions: ReadonlyMap<string, Position>;
  /** Everything is being computed again: what is written is more than what has been read of the raw streams. */
  readonly again: boolean;
}

/** By unit: of buckets that began before this, something may be written. */
export type WrittenEnds = Readonly<Record<BucketUnit, number>>;

/**
 * Where corrections begin: older versions wrote them a millisecond behind the last of their bucket, and of none as many.
 */
export const FIRST_AFTER = 10_000;
/** A correction is in its bucket. That they begin again, after years of one each minute, no bucket lives to see. */
const MOST_AFTER = 3_599_999;

/** The place of the correction after one. */
export function nextAfter(after: number): number {
  return after < MOST_AFTER ? after + 1 : FIRST_AFTER;
}

/** The zones of the days that were written, by whatever version, and how far; undefined when none were. */
export function restoreDays(json: Json | undefined): Pick<RollupCursor, "days" | "written" | "after"> | undefined {
  const cursor = asObject(json);
  const days = DayZones.parse(cursor?.["timeZone"]);
  // older versions did not say: whatever had ended may be written
  const { hour, day } = asObject(cursor?.["written"]) ?? { hour: cursor?.["closedMs"], day: cursor?.["closedMs"] };
  if (days === undefined || typeof hour !== "number" || typeof day !== "number") return undefined;
  const after = Number(cursor?.["after"] ?? FIRST_AFTER);
  const isPlace = Number.isSafeInteger(after) && after >= FIRST_AFTER && after <= MOST_AFTER;
  return { days, written: { hour, day }, after: isPlace ? after : FIRST_AFTER };
}

/** Whether what is open of a bucket is apart from what is written of it, as in versions that say where corrections go. */
export function sumsApart(json: Json | undefined): boolean {
  return asObject(json)?.["after"] !== undefined;
}
