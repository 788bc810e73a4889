/**
 * Lines into values, fast: on bytes, without making a string of anything that was seen before. What is read here was
 * written by us: lines of the same few series follow each other in the same order, every line of a series has its fields
 * in the same order, and only numbers count.
 *
 * @module
 */
import { measurementEnd, withoutTags } from "../../core/line/tags.ts";
import { measurementSchema } from "../../core/schema.ts";
import { LineValues } from "./line-values.ts";
import { Series } from "./series.ts";

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const LETTER_I = 0x69;

/** Digits a double holds exactly, whatever they are. */
const SAFE_DIGITS = 15;
/** Series kept at hand; past this many all without open buckets are forgotten. */
const MAX_SERIES = 200_000;

/** Takes the numbers of one line; they are gone when it returns. */
export type TakeLine = (series: Series, values: LineValues, timeMs: number) => void;

/** The series seen so far; `undefined` for those that are not rolled up. */
export class SeriesTable {
  /** By the key as it stands in a line. */
  readonly #known = new Map<string, Series | undefined>();
  /** By their own key: lines whose tags differ only in what roll-ups leave out are of one series. */
  readonly #series = new Map<string, Series>();
  readonly #values = new LineValues();
  #last: Series | undefined;
  /** Where the fields of the line begin whose series was looked up. */
  #fieldsAt = 0;

  /** The series of a key, made if need be; undefined when its measurement is not rolled up. */
  get(key: string): Series | undefined {
    if (this.#known.has(key)) return this.#known.get(key);
    if (this.#known.size >= MAX_SERIES) this.#forget();
    const series = this.#seriesOf(key);
    this.#known.set(key, series);
    return series;
  }

  all(): Iterable<Series> {
    return this.#series.values();
  }

  /** Reads whole lines and hands over those that are rolled up. */
  readLines(lines: Buffer, take: TakeLine): void {
    const view = new DataView(lines.buffer, lines.byteOffset, lines.byteLength);
    for (let at = 0; at < lines.length; ) {
      const series = lines[at] === HASH ? undefined : this.#seriesAt(lines, view, at);
      const end = series === undefined ? -1 : this.#readLine(lines, view, this.#fieldsAt, series, take);
      at = end >= 0 ? end : lineEnd(lines, at) + 1;
    }
  }

  /** The series of the line that begins here: most probably the one that came next the last time. */
  #seriesAt(lines: Buffer, view: DataView, start: number): Series | undefined {
    const likely = this.#last?.following;
    if (likely?.beginning.standsAt(view, start) === true) {
      this.#last = likely;
      this.#fieldsAt = start + likely.beginning.length;
      return likely;
    }
    let end = start;
    while (end < lines.length && lines[end] !== SPACE && lines[end] !== NEWLINE)
      end += lines[end] === BACKSLASH ? 2 : 1;
    const series = this.get(lines.toString("utf8", start, end));
    if (series === undefined) return undefined;
    if (this.#last !== undefined) this.#last.following = series;
    this.#last = series;
    this.#fieldsAt = end + 1;
    return series;
  }

  /** Reads fields and time; returns where the next line begins, or -1 for a line that is not of our making. */
  #readLine(lines: Buffer, view: DataView, start: number, series: Series, take: TakeLine): number {
    const values = this.#values;
    values.clear();
    let at = start;
    for (let position = 0; ; position++) {
      at = readField(lines, view, at, series, position, values);
      if (lines[at] === SPACE) break;
      if (lines[at] !== COMMA) return -1;
      at++;
    }
    const negative = lines[at + 1] === MINUS;
    const first = negative ? at + 2 : at + 1;
    let ms = 0;
    for (at = first; at < lines.length && lines[at] !== NEWLINE; at++) {
      const digit = (lines[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return -1;
      ms = ms * 10 + digit;
    }
    if (at === first || !Number.isSafeInteger(ms)) return -1;
    take(series, values, negative ? -ms : ms);
    return at + 1;
  }

  #seriesOf(key: string): Series | undefined {
    const end = measurementEnd(key);
    const name = key.slice(0, end);
    const schema = measurementSchema(name);
    if (schema?.rollup !== true || schema.name !== name) return undefined;
    const { rolledWithout = [] } = schema;
    const own = rolledWithout.length === 0 ? key : name + withoutTags(key.slice(end), rolledWithout);
    let series = this.#series.get(own);
    if (series === undefined) {
      series = new Series(own, schema.fields);
      this.#series.set(own, series);
    }
    return series;
  }

  #forget(): void {
    for (const [key, series] of this.#known) if ((series?.openCount ?? 0) === 0) this.#known.delete(key);
    for (const [key, series] of this.#series) if (series.openCount === 0) this.#series.delete(key);
    this.#last = undefined;
    for (const series of this.all()) series.following = undefined;
  }
}

/** Reads `name=value`; returns where it ends, which is at a comma or a space. */
function readField(
  lines: Buffer,
  view: DataView,
  start: number,
  series: Series,
  position: number,
  values: LineValues,
): number {
  const usual = series.layout[position] ?? -1;
  const mark = series.marks[usual];
  if (mark === undefined || !mark.standsAt(view, start)) return readNewField(lines, start, series, position, values);
  const from = start + mark.length;
  if (series.floats[usual] === true) return readNumber(lines, from, series, usual, values);
  const negative = lines[from] === MINUS;
  const first = negative ? from + 1 : from;
  let at = first;
  let value = 0;
  for (;;) {
    const digit = (lines[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    at++;
  }
  const plain = lines[at] === LETTER_I && at > first && at - first <= SAFE_DIGITS;
  if (!plain) return readNumber(lines, from, series, usual, values);
  values.push(usual, negative ? -value : value);
  return at + 1;
}

/** A field that stood elsewhere in the last line, or was not there. */
function readNewField(lines: Buffer, start: number, series: Series, position: number, values: LineValues): number {
  let at = start;
  while (at < lines.length && lines[at] !== EQUALS && lines[at] !== NEWLINE) at += lines[at] === BACKSLASH ? 2 : 1;
  const end = valueEnd(lines, at + 1);
  // texts and flags have no sum
  const text = lines.toString("latin1", at + 1, end);
  if (!/^-?\d/.test(text)) return end;
  const index = series.fieldIndex(lines.toString("utf8", start, at), !text.endsWith("i"));
  series.layout[position] = index;
  return readNumber(lines, at + 1, series, index, values);
}

/** A number of any form. One that is not of its field's type is left out. */
function readNumber(lines: Buffer, start: number, series: Series, index: number, values: LineValues): number {
  const end = valueEnd(lines, start);
  const text = lines.toString("latin1", start, end);
  const integer = /^-?\d{1,19}i$/.test(text);
  const number = Number(integer ? text.slice(0, -1) : text);
  if (text === "" || !Number.isFinite(number) || series.floats[index] === integer) return end;
  if (integer && !Number.isSafeInteger(number)) values.large.push([index, BigInt(text.slice(0, -1))]);
  else values.push(index, number);
  return end;
}

function valueEnd(lines: Buffer, start: number): number {
  let at = start;
  if (lines[at] === QUOTE) {
    at++;
    while (at < lines.length && lines[at] !== QUOTE) at += lines[at] === BACKSLASH ? 2 : 1;
  }
  while (at < lines.length && lines[at] !== COMMA && lines[at] !== SPACE && lines[at] !== NEWLINE) at++;
  return at;
}

function lineEnd(lines: Buffer, start: number): number {
  const newline = lines.indexOf(NEWLINE, start);
  return newline < 0 ? lines.length : newline;
}
