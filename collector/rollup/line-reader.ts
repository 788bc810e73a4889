/**
 * Lines into values, fast: what is read here was written by us, every line of a series has its fields in the same order,
 * and only numbers count.
 *
 * @module
 */
import type { Integer } from "../../core/point.ts";
import { measurementSchema } from "../../core/schema.ts";
import { measurementEnd, Series } from "./series.ts";

const COMMA = 0x2c;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const HASH = 0x23;
const MINUS = 0x2d;
const ZERO = 0x30;
const LETTER_I = 0x69;

/** Series kept at hand; past this many all without open buckets are forgotten. */
const MAX_SERIES = 200_000;

/** Takes the values of one line: by field of the series, in `values`; undefined where the line has no such number. */
export type TakeLine = (series: Series, values: readonly (Integer | undefined)[], timeMs: number) => void;

/** The series seen so far; `undefined` for those that are not rolled up. */
export class SeriesTable {
  readonly #known = new Map<string, Series | undefined>();
  readonly #values: (Integer | undefined)[] = [];

  /** The series of a key, made if need be; undefined when its measurement is not rolled up. */
  get(key: string): Series | undefined {
    if (this.#known.has(key)) return this.#known.get(key);
    if (this.#known.size >= MAX_SERIES) this.#forget();
    const name = key.slice(0, measurementEnd(key));
    const schema = measurementSchema(name);
    const series = schema?.rollup === true && schema.name === name ? new Series(key, schema.fields) : undefined;
    this.#known.set(key, series);
    return series;
  }

  *all(): Generator<Series> {
    for (const series of this.#known.values()) if (series !== undefined) yield series;
  }

  /** Reads whole lines and hands over those that are rolled up. */
  readLines(text: string, take: TakeLine): void {
    for (let at = 0; at < text.length; ) {
      const newline = text.indexOf("\n", at);
      const end = newline < 0 ? text.length : newline;
      this.#readLine(text, at, end, take);
      at = end + 1;
    }
  }

  #readLine(text: string, start: number, end: number, take: TakeLine): void {
    if (start >= end || text.charCodeAt(start) === HASH) return;
    let keyEnd = start;
    while (keyEnd < end && text.charCodeAt(keyEnd) !== SPACE) keyEnd += text.charCodeAt(keyEnd) === BACKSLASH ? 2 : 1;
    const series = this.get(text.slice(start, keyEnd));
    if (series === undefined) return;
    const timeAt = text.lastIndexOf(" ", end - 1);
    const timeMs = Number(text.slice(timeAt + 1, end));
    if (timeAt <= keyEnd || !Number.isSafeInteger(timeMs)) return;
    const values = this.#values;
    values.length = 0;
    let position = 0;
    for (let at = keyEnd + 1; at < timeAt; position++) at = readField(text, at, timeAt, series, position, values);
    take(series, values, timeMs);
  }

  #forget(): void {
    for (const [key, series] of this.#known) {
      const open = series !== undefined && series.openOf("hour").size + series.openOf("day").size > 0;
      if (!open) this.#known.delete(key);
    }
  }
}

/** Reads `name=value` into `values`; returns where the next field begins. */
function readField(
  text: string,
  start: number,
  end: number,
  series: Series,
  position: number,
  values: (Integer | undefined)[],
): number {
  const usual = series.layout[position] ?? -1;
  const mark = series.marks[usual];
  const expected = mark !== undefined && text.startsWith(mark, start);
  let valueAt = expected ? start + mark.length : start;
  if (!expected) {
    while (valueAt < end && text[valueAt] !== "=") valueAt += text.charCodeAt(valueAt) === BACKSLASH ? 2 : 1;
    valueAt++;
  }
  const stop = valueEnd(text, valueAt, end);
  const isInteger = text.charCodeAt(stop - 1) === LETTER_I;
  const value = isInteger ? readInteger(text, valueAt, stop - 1) : readFloat(text.slice(valueAt, stop));
  if (value !== undefined) {
    const index = expected ? usual : series.fieldIndex(text.slice(start, valueAt - 1), !isInteger);
    series.layout[position] = index;
    if (series.floats[index] !== isInteger) values[index] = value;
  }
  return stop + 1;
}

function valueEnd(text: string, start: number, end: number): number {
  let at = start;
  if (text.charCodeAt(at) === QUOTE) {
    at++;
    while (at < end && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  while (at < end && text.charCodeAt(at) !== COMMA) at++;
  return at;
}

function readInteger(text: string, start: number, end: number): Integer | undefined {
  const negative = text.charCodeAt(start) === MINUS;
  const first = negative ? start + 1 : start;
  if (end <= first || end - first > 19) return undefined;
  let value = 0;
  for (let i = first; i < end; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  if (end - first > 15) {
    const exact = BigInt(text.slice(start, end));
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  }
  return negative ? -value : value;
}

function readFloat(text: string): number | undefined {
  const value = Number(text);
  return text !== "" && Number.isFinite(value) ? value : undefined;
}
