/**
 * A day of `bytestoclients` once more in two numbers, as `served_1d` and `fleet_1d`: what a year of many caches is asked
 * for most, without reading eleven fields of every cache.
 *
 * @module
 */
import { type FleetPlace, fleetPlace } from "../../core/fleet-day.ts";
import { addExact } from "../../core/history/history.ts";
import { LOCAL_FIELDS } from "../../core/history/savings.ts";
import { type Integer, integerText, isInteger64 } from "../../core/point.ts";

/** The days of one series of `bytestoclients`. */
export class ServedDays {
  /** The measurement whose days they are. */
  static readonly of = "bytestoclients";
  readonly #tags: string;
  readonly #place: FleetPlace;

  /** @param tags as they stand in a line: `,region=North,…` */
  constructor(tags: string) {
    this.#tags = tags;
    this.#place = fleetPlace(tags);
  }

  /** The two lines of a day, each with its newline; none for a sum beyond 64 bits. @param sumOf the day's sum of a field */
  lines(from: number, sumOf: (field: string) => Integer | undefined): string[] {
    const local = LOCAL_FIELDS.reduce<Integer>((sum, field) => addExact(sum, sumOf(field) ?? 0), 0);
    const origin = sumOf("bytes.fromorigin.toclients") ?? 0;
    if (!isInteger64(local) || !isInteger64(origin)) return [];
    const fields = `local=${integerText(local)},origin=${integerText(origin)}`;
    return [
      `served_1d${this.#tags} ${fields} ${from}\n`,
      `fleet_1d${this.#place.tags} ${fields} ${from + this.#place.offsetMs}\n`,
    ];
  }
}
