/**
 * One series, that is a measurement with its tags, and its sums by hour and local day while they are open.
 *
 * @module
 */

import type { LineValues } from "../../core/line/line.ts";
import { addValue, FieldTable, type Integer, integerText, isInteger64, measurementEnd } from "../../core/line/line.ts";
import { ROLLUP_SUFFIXES } from "../../core/schema.ts";
import type { DayZones } from "../../core/time/day-zones.ts";
import type { BucketUnit } from "../../core/time/local-days.ts";
import type { RollupLines } from "./rollup-lines.ts";
import { ServedDays } from "./served-days.ts";

/** Sums in the order of the series' fields; undefined for a field no line of the bucket has had. */
export type BucketSums = (Integer | undefined)[];

/** Sums of an hour or a day of one series. */
export interface Bucket {
  readonly unit: BucketUnit;
  /** Its first millisecond, and the one after its last. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds behind its beginning at which it is written: a correction comes after what is written already. */
  readonly after: number;
  readonly sums: BucketSums;
}

/** Units, the shorter first. */
export const UNITS: readonly BucketUnit[] = ["hour", "day"];

/** A bucket of a series. */
export interface BucketOf extends Pick<Bucket, "unit" | "from" | "to"> {
  readonly series: Series;
}

/** Where rows of a bucket are added that is closed already; undefined where nobody adds them up. */
export type LateSums = (bucket: BucketOf) => BucketSums | undefined;

export class Series {
  /** `bytestoclients,region=North,…` as written. */
  readonly key: string;
  readonly fields: FieldTable;
  /** Its days in few numbers, for the measurements that have them. */
  readonly #served: ServedDays | undefined;
  readonly #open: Readonly<Record<BucketUnit, Map<number, BucketSums>>> = { hour: new Map(), day: new Map() };
  /** Sums that have been written, to be filled again: a back-fill would else leave them behind by the ten thousand. */
  readonly #spare: BucketSums[] = [];
  /** Sums of the stretch of time that lies in one hour and in one day, not yet added to either. */
  #slot = new Float64Array(0);
  #slotFrom = 0;
  #slotTo = 0;
  #slotUsed = false;
  #slotBuckets: readonly BucketSums[] = [];

  /** @param fields those its measurement has: every roll-up has all of them */
  constructor(key: string, fields: FieldTable) {
    this.key = key;
    this.fields = new FieldTable(fields);
    this.#slot = new Float64Array(this.fields.size);
    const end = measurementEnd(key);
    this.#served = ServedDays.of(key.slice(0, end), key.slice(end));
  }

  /** Adds a line to its hour and its day; where one of them ended by `closedMs`, to what is late for it. */
  add(values: LineValues, ms: number, days: DayZones, closedMs: number, lateSums: LateSums): void {
    if (ms < this.#slotFrom || ms >= this.#slotTo) this.#enterSlot(ms, days, closedMs, lateSums);
    const slot = this.#slotFor(this.fields.size);
    this.#slotUsed = true;
    for (let i = 0; i < values.count; i++) {
      const index = values.indexes[i] ?? 0;
      const sum = (slot[index] ?? 0) + (values.numbers[i] ?? 0);
      if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER) {
        // too much for a double: on into the exact sums
        for (const sums of this.#slotBuckets)
          sums[index] = addValue(sums[index], slot[index] ?? 0, this.fields.floats[index] === true);
        slot[index] = values.numbers[i] ?? 0;
      } else {
        slot[index] = sum;
      }
    }
    for (const [index, value] of values.large) {
      for (const sums of this.#slotBuckets) sums[index] = addValue(sums[index], value, false);
    }
  }

  /** Open buckets of a unit by their beginning. */
  openOf(unit: BucketUnit): ReadonlyMap<number, BucketSums> {
    this.leaveSlot();
    return this.#open[unit];
  }

  /** How many buckets are open. */
  get openCount(): number {
    return this.#open.hour.size + this.#open.day.size;
  }

  /** Puts back a bucket that was open when the cursor was written. */
  restore(unit: BucketUnit, from: number, sums: BucketSums): void {
    this.#open[unit].set(from, sums);
  }

  /** Takes out the buckets that are over. */
  close(unit: BucketUnit, days: DayZones, isOver: (bucket: Pick<Bucket, "from" | "to">) => boolean): Bucket[] {
    this.leaveSlot();
    const open = this.#open[unit];
    const closed: Bucket[] = [];
    for (const [from, sums] of open) {
      const to = days.next(from, unit);
      if (!isOver({ from, to })) continue;
      open.delete(from);
      closed.push({ unit, from, to, after: 0, sums });
    }
    return closed;
  }

  /** Takes back the sums of a bucket that was closed and is written. */
  giveBack(sums: BucketSums): void {
    this.#spare.push(sums.fill(undefined));
  }

  /** Adds the lines of a bucket. */
  write({ unit, from, to, after, sums }: Bucket, target: RollupLines): void {
    const fields = this.#fieldsText(sums, 0);
    if (fields !== "") target.add(`${rollupKey(this.key, unit)} ${fields}`, from + after);
    if (unit === "day") this.#served?.write({ from, to, after }, (name) => sums[this.fields.find(name) ?? -1], target);
  }

  /** Sums as the fields of a line; undefined where there are none, or one that no line can hold. */
  sumsText(sums: BucketSums): string | undefined {
    const { floats } = this.fields;
    if (sums.some((sum, i) => sum !== undefined && floats[i] !== true && !isInteger64(sum))) return undefined;
    const text = this.#fieldsText(sums);
    return text === "" ? undefined : text;
  }

  /** The hour and the day of an instant become those lines are added to. */
  #enterSlot(ms: number, days: DayZones, closedMs: number, lateSums: LateSums): void {
    this.leaveSlot();
    let from = Number.NEGATIVE_INFINITY;
    let to = Number.POSITIVE_INFINITY;
    const buckets: BucketSums[] = [];
    for (const unit of UNITS) {
      const start = days.start(ms, unit);
      const end = days.next(ms, unit);
      from = Math.max(from, start);
      to = Math.min(to, end);
      const sums = end <= closedMs ? lateSums({ series: this, unit, from: start, to: end }) : this.#bucket(unit, start);
      if (sums !== undefined) buckets.push(sums);
    }
    this.#slotFrom = from;
    this.#slotTo = to;
    this.#slotBuckets = buckets;
  }

  /** Room for sums of all fields: a line may have had one that no line before it had. */
  #slotFor(fields: number): Float64Array {
    if (this.#slot.length < fields) {
      const wider = new Float64Array(fields);
      wider.set(this.#slot);
      this.#slot = wider;
    }
    return this.#slot;
  }

  #bucket(unit: BucketUnit, start: number): BucketSums {
    const open = this.#open[unit];
    let sums = open.get(start);
    if (sums === undefined) {
      sums = this.#spare.pop() ?? [];
      open.set(start, sums);
    }
    return sums;
  }

  /** Adds what has gathered to its hour and its day, or to what is late for them. */
  leaveSlot(): void {
    this.#slotTo = this.#slotFrom;
    if (!this.#slotUsed) return;
    for (const sums of this.#slotBuckets) {
      this.#slot.forEach((value, index) => {
        if (value !== 0) sums[index] = addValue(sums[index], value, this.fields.floats[index] === true);
      });
    }
    this.#slot.fill(0);
    this.#slotUsed = false;
  }

  /**
   * Name and value of each field as in a line. A sum beyond 64 bits, which only nonsense adds up to, has no form in a line
   * and is left out.
   * @param none of a field no row had. In a roll-up it is a sum of nothing, 0: a query that adds fields would else find
   *   nothing at all for a cache that lacks one of them. Default left out
   */
  #fieldsText(sums: BucketSums, none?: number): string {
    let text = "";
    const { floats, marks } = this.fields;
    for (const [i, mark] of marks.entries()) {
      const sum = sums[i] ?? none;
      if (sum === undefined || (floats[i] !== true && !isInteger64(sum))) continue;
      text += `${text === "" ? "" : ","}${mark.text}${floats[i] === true ? String(sum) : integerText(sum)}`;
    }
    return text;
  }
}

/** The key of the roll-up series of a series: its measurement with the unit's suffix, and the same tags. */
export function rollupKey(key: string, unit: BucketUnit): string {
  const end = measurementEnd(key);
  return `${key.slice(0, end)}${ROLLUP_SUFFIXES[unit]}${key.slice(end)}`;
}
