/**
 * The series that are rolled up, and the lines of each.
 *
 * @module
 */
import type { LineValues } from "../../core/line/line.ts";
import { measurementEnd, NumberReader, withoutTags } from "../../core/line/line.ts";
import { measurementSchema } from "../../core/schema.ts";
import { Series } from "./series.ts";

/** Series kept; past this many, those without open buckets are forgotten. */
const MAX_SERIES = 200_000;

/** Takes the numbers of one line; they are gone when it returns. */
export type TakeLine = (series: Series, values: LineValues, timeMs: number) => void;

export class SeriesTable {
  /** By their own key: lines whose tags differ only in what roll-ups leave out are of one series. */
  readonly #series = new Map<string, Series>();
  readonly #reader = new NumberReader((key) => this.get(key));

  /** The series of a key, made if need be; undefined when its measurement is not rolled up. */
  get(key: string): Series | undefined {
    const end = measurementEnd(key);
    const name = key.slice(0, end);
    const schema = measurementSchema(name);
    if (schema?.rollup !== true || schema.name !== name) return undefined;
    const { rolledWithout = [] } = schema;
    const own = rolledWithout.length === 0 ? key : name + withoutTags(key.slice(end), rolledWithout);
    let series = this.#series.get(own);
    if (series === undefined) {
      if (this.#series.size >= MAX_SERIES) this.#forget();
      series = new Series(own, schema.fields);
      this.#series.set(own, series);
    }
    return series;
  }

  all(): Iterable<Series> {
    return this.#series.values();
  }

  /** Reads whole lines and hands over those that are rolled up. */
  readLines(lines: Buffer, take: TakeLine): void {
    this.#reader.read(lines, take);
  }

  #forget(): void {
    for (const [key, series] of this.#series) if (series.openCount === 0) this.#series.delete(key);
    this.#reader.forget();
  }
}
