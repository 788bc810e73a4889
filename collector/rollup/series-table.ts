/**
 * The series that are rolled up, and the lines of each.
 *
 * @module
 */
import type { LineValues } from "../../core/line/line.ts";
import { FieldTable, measurementEnd, NumberReader, withoutTags } from "../../core/line/line.ts";
import { isSummed, type MeasurementSchema, measurementSchema } from "../../core/schema.ts";
import { Series } from "./series.ts";

/** Series kept; past this many, those without open buckets are forgotten. */
const MAX_SERIES = 200_000;

/** Takes the numbers of one line; they are gone when it returns. */
export type TakeLine = (series: Series, values: LineValues, timeMs: number) => void;

export class SeriesTable {
  /** By their own key: lines whose tags differ only in what roll-ups leave out are of one series. */
  readonly #series = new Map<string, Series>();
  readonly #reader = new NumberReader((key) => this.get(key));
  readonly #only: ((key: string) => boolean) | undefined;
  /** By measurement: what each of its series begins with. */
  readonly #fields = new Map<string, FieldTable>();

  /** @param only series of these keys; default all that are rolled up */
  constructor(only?: (key: string) => boolean) {
    this.#only = only;
  }

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
      if (this.#only?.(own) === false) return undefined;
      if (this.#series.size >= MAX_SERIES) this.#forget();
      series = new Series(own, this.#fieldsOf(schema));
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

  #fieldsOf({ name, fields }: MeasurementSchema): FieldTable {
    let table = this.#fields.get(name);
    if (table === undefined) {
      table = new FieldTable();
      for (const field of fields.filter(isSummed)) table.index(field.name, field.type === "float");
      this.#fields.set(name, table);
    }
    return table;
  }

  #forget(): void {
    for (const [key, series] of this.#series) if (series.openCount === 0) this.#series.delete(key);
    this.#reader.forget();
  }
}
