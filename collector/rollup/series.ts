/**
 * One series, that is a measurement with its tags, and its sums by hour and local day while they are open.
 *
 * @module
 */
import { type BucketUnit, bucketStart, nextBucket } from "../../core/local-days.ts";
import { type Integer, integerText } from "../../core/point.ts";
import { type FieldSchema, ROLLUP_SUFFIXES } from "../../core/schema.ts";

/** Sums in the order of the series' fields; undefined for a field no line of the bucket has had. */
export type Sums = (Integer | undefined)[];

/** Units, the shorter first. */
export const UNITS: readonly BucketUnit[] = ["hour", "day"];

/** The open buckets of one unit; the last one used is at hand, as lines come nearly always in order. */
class OpenBuckets {
  readonly open = new Map<number, Sums>();
  lastFrom = 0;
  lastTo = 0;
  lastSums: Sums = [];
}

export class Series {
  /** `bytestoclients,region=North,…` as written. */
  readonly key: string;
  readonly names: string[] = [];
  /** Names with their equals sign, as they stand in a line. */
  readonly marks: string[] = [];
  readonly floats: boolean[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #units: Readonly<Record<BucketUnit, OpenBuckets>> = { hour: new OpenBuckets(), day: new OpenBuckets() };

  /** Which field stood at which position of the last line: the next line has them in the same order. */
  readonly layout: number[] = [];

  /** @param fields those the schema gives its measurement: every roll-up has all of them */
  constructor(key: string, fields: readonly FieldSchema[]) {
    this.key = key;
    for (const { name, type } of fields) {
      if (type === "integer" || type === "float") this.fieldIndex(name, type === "float");
    }
  }

  /** The place of a field; a new field takes the type of its first value. */
  fieldIndex(name: string, float: boolean): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.names.length;
    this.#indexes.set(name, index);
    this.names.push(name);
    this.marks.push(`${name}=`);
    this.floats.push(float);
    return index;
  }

  /**
   * The sums of the open bucket an instant lies in, begun if need be.
   * @param closedMs buckets that ended by then are closed: undefined is returned for them.
   */
  sumsAt(ms: number, unit: BucketUnit, zone: string, closedMs: number): Sums | undefined {
    const buckets = this.#units[unit];
    if (ms >= buckets.lastFrom && ms < buckets.lastTo) return buckets.lastSums;
    const from = bucketStart(ms, unit, zone);
    const to = nextBucket(ms, unit, zone);
    if (to <= closedMs) return undefined;
    let sums = buckets.open.get(from);
    if (sums === undefined) {
      sums = [];
      buckets.open.set(from, sums);
    }
    buckets.lastFrom = from;
    buckets.lastTo = to;
    buckets.lastSums = sums;
    return sums;
  }

  /** Open buckets of a unit by their beginning. */
  openOf(unit: BucketUnit): ReadonlyMap<number, Sums> {
    return this.#units[unit].open;
  }

  /** Puts back a bucket that was open when the cursor was written. */
  restore(unit: BucketUnit, from: number, sums: Sums): void {
    this.#units[unit].open.set(from, sums);
  }

  /** Takes out the buckets that ended by an instant. */
  close(unit: BucketUnit, closedMs: number, zone: string): [number, Sums][] {
    const buckets = this.#units[unit];
    const closed = [...buckets.open].filter(([from]) => nextBucket(from, unit, zone) <= closedMs);
    for (const [from] of closed) buckets.open.delete(from);
    if (closed.length > 0) buckets.lastTo = buckets.lastFrom;
    return closed;
  }

  /**
   * Name and value of each field as they stand in a line. A field no row had is a sum of nothing, so it is written as 0:
   * a query that adds fields would else find nothing at all for a cache that lacks one of them.
   */
  fieldsText(sums: Sums): string {
    let text = "";
    for (let i = 0; i < this.names.length; i++) {
      const sum = sums[i] ?? 0;
      text += `${text === "" ? "" : ","}${this.marks[i]}${this.floats[i] === true ? String(sum) : integerText(sum)}`;
    }
    return text;
  }

  /** The line of a bucket, with its newline. */
  line(unit: BucketUnit, from: number, sums: Sums): string {
    return `${rollupKey(this.key, unit)} ${this.fieldsText(sums)} ${from}\n`;
  }
}

/** The key of the roll-up series of a series: its measurement with the unit's suffix, and the same tags. */
export function rollupKey(key: string, unit: BucketUnit): string {
  const end = measurementEnd(key);
  return `${key.slice(0, end)}${ROLLUP_SUFFIXES[unit]}${key.slice(end)}`;
}

/** Where the measurement ends in a key: at the first comma that is not escaped. */
export function measurementEnd(key: string): number {
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x2c) return i;
  }
  return key.length;
}

/** Adds exactly: a sum beyond 2^53 goes on as bigint. */
export function addExact(sum: Integer | undefined, value: Integer, float: boolean): Integer {
  if (sum === undefined) return value;
  if (float) return Number(sum) + Number(value);
  if (typeof sum === "number" && typeof value === "number") {
    const total = sum + value;
    if (Number.isSafeInteger(total)) return total;
  }
  return BigInt(sum) + BigInt(value);
}
