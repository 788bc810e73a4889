/**
 * Days once more in three numbers, as `served_1d` and `fleet_1d`: what a year of many caches is asked for most, without
 * reading eleven fields of every cache.
 *
 * A day of `bytestoclients` gives what was served, and all of its local part as saved. A day of `precacherun` takes what
 * warming was given from the cache off again, in a point of its own: their sum is what was saved.
 *
 * @module
 */
import { type FleetPlace, fleetPlace } from "../../core/fleet-day.ts";
import { addExact } from "../../core/history/history.ts";
import { LOCAL_FIELDS } from "../../core/history/savings.ts";
import { type Integer, integerText, isInteger64 } from "../../core/point.ts";
import type { RollupLines } from "./rollup-lines.ts";

/** The day's sum of a field; undefined where no row had it. */
type SumOf = (field: string) => Integer | undefined;

/** What a day of a measurement says of serving and saving; measurements that are not here say nothing. */
const NUMBERS: Readonly<Record<string, (sumOf: SumOf) => Readonly<Record<string, Integer>>>> = {
  bytestoclients: (sumOf) => {
    const local = LOCAL_FIELDS.reduce<Integer>((sum, field) => addExact(sum, sumOf(field) ?? 0), 0);
    return { local, origin: sumOf("bytes.fromorigin.toclients") ?? 0, saved: local };
  },
  precacherun: (sumOf) => ({
    saved: addExact(sumOf("bytes.fromorigin") ?? 0, -BigInt(sumOf("bytes.asked") ?? 0)),
  }),
};

/** The days of one series. */
export class ServedDays {
  readonly #tags: string;
  readonly #place: FleetPlace;
  readonly #numbers: (sumOf: SumOf) => Readonly<Record<string, Integer>>;

  private constructor(tags: string, numbers: (sumOf: SumOf) => Readonly<Record<string, Integer>>) {
    this.#tags = tags;
    this.#place = fleetPlace(tags);
    this.#numbers = numbers;
  }

  /** @param tags as they stand in a line: `,region=North,…` @returns undefined for a measurement that says nothing of it */
  static of(measurement: string, tags: string): ServedDays | undefined {
    const numbers = NUMBERS[measurement];
    return numbers === undefined ? undefined : new ServedDays(tags, numbers);
  }

  /** Adds the two lines of a day; none for a sum beyond 64 bits. */
  write(from: number, sumOf: SumOf, target: RollupLines): void {
    const numbers = Object.entries(this.#numbers(sumOf));
    if (!numbers.every(([, value]) => isInteger64(value))) return;
    const fields = numbers.map(([name, value]) => `${name}=${integerText(value)}`).join(",");
    target.add(`served_1d${this.#tags} ${fields}`, from);
    target.add(`fleet_1d${this.#place.tags} ${fields}`, from + this.#place.offsetMs);
  }
}
