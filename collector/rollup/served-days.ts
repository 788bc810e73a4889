/**
 * Days once more in three numbers, as `served_1d` and `fleet_1d`: what a year of many caches is asked for most, without
 * reading eleven fields of every cache.
 *
 * What the numbers are made of is `core/measures.ts`. Each series of traffic or warming writes its own part of them as a
 * point of its own: a day of `bytestoclients` gives what was served, and all of its local part as saved; a day of
 * `precacheasset` takes what warming was given from the cache off again. Their sum is what was saved.
 *
 * @module
 */

import { type Integer, integerText, isInteger64 } from "../../core/line/line.ts";
import { DAY_NUMBERS, measure, measurementsOf, type SumMeasure } from "../../core/measures.ts";
import { type FleetPlace, fleetPlace } from "../../core/time/fleet-day.ts";
import type { RollupLines } from "./rollup-lines.ts";

/** The day's sum of a field; undefined where no row had it. */
type SumOf = (field: string) => Integer | undefined;

/** Where a day is written: its first millisecond, the one after its last, and how far behind its beginning. */
interface DayPoint {
  readonly from: number;
  readonly to: number;
  readonly after: number;
}

/** Numbers of a day, and what they are made of. */
type DayNumbers = readonly (readonly [name: string, SumMeasure])[];

/** By measurement: the numbers it is a part of. */
const NUMBERS: ReadonlyMap<string, DayNumbers> = new Map(
  measurementsOf(...Object.values(DAY_NUMBERS)).map((measurement) => [
    measurement,
    Object.entries(DAY_NUMBERS).filter(([, made]) => measurementsOf(made).includes(measurement)),
  ]),
);

/** The days of one series. */
export class ServedDays {
  readonly #measurement: string;
  readonly #tags: string;
  readonly #numbers: DayNumbers;
  /** Found when a day is written: a fleet has thousands, and the hash of its tags for each. */
  #place: FleetPlace | undefined;

  private constructor(measurement: string, tags: string, numbers: DayNumbers) {
    this.#measurement = measurement;
    this.#tags = tags;
    this.#numbers = numbers;
  }

  /** @param tags as in a line: `,region=North,…` @returns undefined for a measurement no number is made of */
  static of(measurement: string, tags: string): ServedDays | undefined {
    const numbers = NUMBERS.get(measurement);
    return numbers === undefined ? undefined : new ServedDays(measurement, tags, numbers);
  }

  /** Adds the two lines of a day; none for a sum beyond 64 bits. */
  write({ from, to, after }: DayPoint, sumOf: SumOf, target: RollupLines): void {
    const own = (measurement: string, field: string): Integer | undefined =>
      measurement === this.#measurement ? sumOf(field) : undefined;
    const numbers = this.#numbers.map(([name, made]) => [name, measure(made, own)] as const);
    if (!numbers.every(([, value]) => isInteger64(value))) return;
    const fields = numbers.map(([name, value]) => `${name}=${integerText(value)}`).join(",");
    target.add(`served_1d${this.#tags} ${fields}`, from + after);
    // where the zone was changed a day may be shorter than any place allows for
    this.#place ??= fleetPlace(this.#tags);
    target.add(`fleet_1d${this.#place.tags} ${fields}`, from + ((this.#place.offsetMs + after) % (to - from)));
  }
}
