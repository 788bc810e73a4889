/**
 * Where roll-ups stand, as the last commit mark of the stream `rollup` says it: what they have read of each raw stream,
 * and the sums of what is open. With them, what was rolled up need not be read again.
 *
 * @module
 */
import { DayZones } from "../day-zones.ts";
import type { Json } from "../journal/commit.ts";
import type { Position } from "../journal/position.ts";
import { openReader } from "../journal/reader.ts";
import { DERIVED_STREAMS, RAW_STREAMS, streamFolder } from "../journal/streams.ts";
import type { BucketUnit } from "../local-days.ts";
import type { Integer } from "../point.ts";
import { type ParsedLine, parseLine } from "./parse-line.ts";

/** The key of the cursor in the marks of the stream `rollup`. */
export const ROLLUP_CURSOR = "rollup";

/** Raised when roll-ups become more or other lines: what the journal still has is then rolled up again. */
export const ROLLUP_VERSION = 3;

/** An open bucket of a series. */
export interface OpenBucket {
  readonly unit: BucketUnit;
  readonly fromMs: number;
  readonly measurement: string;
  /** As in a line: `,region=North,server=c1`. */
  readonly tagText: string;
  /** Floats are numbers, integers exact. */
  readonly sums: ReadonlyMap<string, Integer>;
}

/** What roll-ups have done. */
export interface RollupMark {
  readonly days: DayZones;
  /** How far each raw stream has been read. */
  readonly positions: ReadonlyMap<string, Position>;
  readonly open: readonly OpenBucket[];
}

/**
 * The mark of a journal; undefined where its roll-ups cannot answer: there are none, another version made them, they are
 * being computed again, or the raw journal is not the one they have read.
 */
export async function readRollupMark(stateDir: string): Promise<RollupMark | undefined> {
  const [stream = "rollup"] = DERIVED_STREAMS;
  const reader = openReader(streamFolder(stateDir, stream), stream);
  const mark = parseMark((await reader.last())?.cursors[ROLLUP_CURSOR]);
  if (mark === undefined) return undefined;
  for (const raw of RAW_STREAMS) {
    const its = openReader(streamFolder(stateDir, raw), raw);
    const position = mark.positions.get(raw);
    if (position !== undefined && !(await its.canResume(position))) return undefined;
  }
  return mark;
}

function parseMark(json: Json | undefined): RollupMark | undefined {
  const cursor = asObject(json);
  const days = DayZones.parse(cursor?.["timeZone"]);
  if (cursor?.["v"] !== ROLLUP_VERSION || cursor["again"] === true || days === undefined) return undefined;
  const positions = new Map<string, Position>();
  for (const item of asArray(cursor["positions"])) {
    const [stream, segment, offset] = asArray(item);
    if (typeof stream !== "string" || typeof segment !== "number" || typeof offset !== "number") return undefined;
    positions.set(stream, { segment, offset });
  }
  const open = asArray(cursor["open"]).map(parseOpen);
  return open.includes(undefined) ? undefined : { days, positions, open: open.filter((each) => each !== undefined) };
}

function parseOpen(json: Json): OpenBucket | undefined {
  const [key, unit, fromMs, values] = asArray(json);
  const sums = asObject(values);
  if (typeof key !== "string" || (unit !== "hour" && unit !== "day") || typeof fromMs !== "number") return undefined;
  // a key is a line's measurement and tags
  const line: ParsedLine | undefined = parseLine(`${key} x=0i 0`);
  if (line === undefined || sums === undefined) return undefined;
  const found = new Map<string, Integer>();
  for (const [name, value] of Object.entries(sums)) {
    const sum = typeof value === "number" ? value : typeof value === "string" ? exact(value) : undefined;
    if (sum === undefined) return undefined;
    found.set(name, sum);
  }
  return { unit, fromMs, measurement: line.measurement, tagText: line.tagText, sums: found };
}

function exact(text: string): Integer | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const near = Number(text);
  return Number.isSafeInteger(near) ? near : BigInt(text);
}

function asObject(json: Json | undefined): Readonly<Record<string, Json>> | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Readonly<Record<string, Json>>)
    : undefined;
}

function asArray(json: Json | undefined): readonly Json[] {
  return Array.isArray(json) ? (json as readonly Json[]) : [];
}
