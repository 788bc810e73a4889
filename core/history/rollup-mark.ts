/**
 * The position of roll-ups, from the last commit mark of the stream `rollup`: what they have read of each raw stream,
 * and the sums of what is open. With them, what was rolled up need not be read again.
 *
 * @module
 */

import type { Json, Position } from "../journal/journal.ts";
import { asList, asObject, DERIVED_STREAMS, openReader, RAW_STREAMS, streamFolder } from "../journal/journal.ts";
import type { Integer } from "../line/line.ts";
import { fromBigInt, unescaped } from "../line/line.ts";
import { DayZones } from "../time/day-zones.ts";
import type { BucketUnit } from "../time/local-days.ts";

/** The key of the cursor in the marks of the stream `rollup`. */
export const ROLLUP_CURSOR = "rollup";

/** Raised when roll-ups become more or other lines: what the journal still has is then rolled up again. */
export const ROLLUP_VERSION = 4;
/** Wrote what is open as JSON alone; its lines are those of now. */
const OPEN_IN_JSON = 3;

/** A sum that is still growing: integers are exact. */
export interface OpenSum {
  readonly value: Integer;
  readonly isFloat: boolean;
}

/** What is open: sums that are still growing, by bucket. */
export interface OpenSums {
  /** Lines of line protocol stamped with the beginning of their bucket: those of a fleet are read in milliseconds. */
  readonly lines: Readonly<Record<BucketUnit, Buffer>>;
  /** What no line can hold, such as a sum beyond 64 bits; all of it where an older version wrote. */
  readonly others: readonly OpenBucket[];
}

/** An open bucket of a series. */
export interface OpenBucket {
  readonly unit: BucketUnit;
  readonly fromMs: number;
  /** Measurement and tags as in a line: `requests,region=North,server=c1`. */
  readonly key: string;
  readonly sums: ReadonlyMap<string, OpenSum>;
}

/** What roll-ups have done. */
export interface RollupMark {
  readonly days: DayZones;
  /** Buckets that ended by then have been written. */
  readonly closedMs: number;
  /** How far each raw stream has been read. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Everything is being computed again: what is written is more than what has been read of the raw streams. */
  readonly again: boolean;
  readonly open: OpenSums;
}

/**
 * The mark of a journal; undefined where its roll-ups cannot answer: there are none, another version made them, they are
 * being computed again, or the raw journal is not the one they have read.
 */
export async function readRollupMark(stateDir: string): Promise<RollupMark | undefined> {
  const [stream = "rollup"] = DERIVED_STREAMS;
  const reader = openReader(streamFolder(stateDir, stream), stream);
  const mark = parseRollupMark((await reader.last())?.cursors[ROLLUP_CURSOR]);
  if (mark === undefined || mark.again) return undefined;
  for (const raw of RAW_STREAMS) {
    const its = openReader(streamFolder(stateDir, raw), raw);
    const position = mark.positions.get(raw);
    if (position !== undefined && !(await its.canResume(position))) return undefined;
  }
  return mark;
}

/** The cursor of a mark; undefined for none, one of another version, or one that is not ours. */
export function parseRollupMark(json: Json | undefined): RollupMark | undefined {
  const cursor = asObject(json);
  const days = DayZones.parse(cursor?.["timeZone"]);
  const closedMs = cursor?.["closedMs"];
  const version = cursor?.["v"];
  if (cursor === undefined || days === undefined || typeof closedMs !== "number") return undefined;
  if (version !== ROLLUP_VERSION && version !== OPEN_IN_JSON) return undefined;
  const positions = new Map<string, Position>();
  for (const item of asList(cursor["positions"])) {
    const [stream, segment, offset] = asList(item);
    if (typeof stream !== "string" || typeof segment !== "number" || typeof offset !== "number") return undefined;
    positions.set(stream, { segment, offset });
  }
  const others = asList(cursor["open"]).map(parseOpen);
  if (others.includes(undefined)) return undefined;
  const lines = asObject(cursor["lines"]) ?? {};
  return {
    days,
    closedMs,
    positions,
    again: cursor["again"] === true,
    open: {
      lines: { hour: linesOf(lines["hour"]), day: linesOf(lines["day"]) },
      others: others.filter((each) => each !== undefined),
    },
  };
}

function linesOf(json: Json | undefined): Buffer {
  return Buffer.from(typeof json === "string" ? json : "", "utf8");
}

function parseOpen(json: Json): OpenBucket | undefined {
  const [key, unit, fromMs, values] = asList(json);
  const texts = asObject(values);
  if (typeof key !== "string" || (unit !== "hour" && unit !== "day") || typeof fromMs !== "number") return undefined;
  if (texts === undefined) return undefined;
  const sums = new Map<string, OpenSum>();
  for (const [name, text] of Object.entries(texts)) {
    const sum = parseSum(text);
    if (sum === undefined) return undefined;
    // older versions wrote names as lines have them
    sums.set(unescaped(name), sum);
  }
  return { unit, fromMs, key, sums };
}

/** Sums of integers are written as text, those of floats as numbers. */
function parseSum(json: Json): OpenSum | undefined {
  if (typeof json === "number" && Number.isFinite(json)) return { value: json, isFloat: true };
  if (typeof json !== "string" || !/^-?\d{1,40}$/.test(json)) return undefined;
  return { value: fromBigInt(BigInt(json)), isFloat: false };
}
