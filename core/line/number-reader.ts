/**
 * The numbers of lines, fast: on bytes, without making a string of anything that was seen before.
 *
 * Written by hand because a roll-up reads every line there is: lines of the same few series follow each other in the same
 * order, every line of a series has its fields in the same order, and only numbers count. Texts and flags are passed
 * over. What it reads is what `parse-line.ts` reads: `read-back.test.ts`.
 *
 * @module
 */
import { unescaped } from "./escape.ts";
import type { FieldTable } from "./field-table.ts";
import { type LineSearch, lineEnd } from "./line-bytes.ts";
import { LineValues } from "./line-values.ts";
import { SeriesKeys } from "./series-keys.ts";

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
/** Whose numbers they are: what lines of some measurement and tags belong to. */
export interface NumberOwner {
  readonly fields: FieldTable;
}

/** Takes the numbers of one line, by the places of their fields; they are gone when it returns. */
export type TakeNumbers<Owner> = (owner: Owner, values: LineValues, timeMs: number) => void;

interface Series<Owner> {
  /** Undefined where nobody wants its lines: they are passed over as quickly as others are read. */
  readonly owner: Owner | undefined;
  /** Which field was at which position of the last line: the next line has them in the same order. */
  readonly layout: number[];
}

export class NumberReader<Owner extends NumberOwner> {
  readonly #keys: SeriesKeys<Series<Owner>>;
  readonly #values = new LineValues();

  /** @param find the owner of lines of a key; asked once for each, undefined where nobody wants them */
  constructor(find: (key: string) => Owner | undefined) {
    this.#keys = new SeriesKeys((key) => ({ owner: find(key), layout: [] }));
  }

  /**
   * Reads whole lines and hands over those somebody wants.
   * @param only lines of this measurement; default all
   */
  read(lines: Buffer, take: TakeNumbers<Owner>, only?: LineSearch): void {
    const view = new DataView(lines.buffer, lines.byteOffset, lines.byteLength);
    for (let at = only?.next(lines, 0) ?? 0; at < lines.length; ) {
      const known = lines[at] === HASH ? undefined : this.#keys.at(lines, view, at);
      const { owner } = known ?? {};
      const end =
        known === undefined || owner === undefined ? -1 : this.#readLine(lines, view, owner, known.layout, take);
      at = end >= 0 ? end : lineEnd(lines, at) + 1;
      if (only !== undefined) at = only.next(lines, at);
    }
  }

  /** Owners are looked up again from now on. */
  forget(): void {
    this.#keys.forget();
  }

  /** Reads fields and time; returns where the next line begins, or -1 for a line that is not of our making. */
  #readLine(lines: Buffer, view: DataView, owner: Owner, layout: number[], take: TakeNumbers<Owner>): number {
    const values = this.#values;
    const { fields } = owner;
    values.clear();
    let at = this.#keys.fieldsAt;
    for (let position = 0; ; position++) {
      at = readField(lines, view, at, fields, layout, position, values);
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
    take(owner, values, negative ? -ms : ms);
    return at + 1;
  }
}

/** Reads `name=value`; returns where it ends, which is at a comma or a space. */
function readField(
  lines: Buffer,
  view: DataView,
  start: number,
  fields: FieldTable,
  layout: number[],
  position: number,
  values: LineValues,
): number {
  const usual = layout[position] ?? -1;
  const mark = fields.marks[usual];
  if (mark === undefined || !mark.standsAt(view, start)) {
    return readNewField(lines, start, fields, layout, position, values);
  }
  const from = start + mark.length;
  if (fields.floats[usual] === true) return readNumber(lines, from, fields, usual, values);
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
  if (!plain) return readNumber(lines, from, fields, usual, values);
  values.push(usual, negative ? -value : value);
  return at + 1;
}

/** A field that was elsewhere in the last line, or not there. */
function readNewField(
  lines: Buffer,
  start: number,
  fields: FieldTable,
  layout: number[],
  position: number,
  values: LineValues,
): number {
  let at = start;
  while (at < lines.length && lines[at] !== EQUALS && lines[at] !== NEWLINE) at += lines[at] === BACKSLASH ? 2 : 1;
  if (lines[at] !== EQUALS) return at;
  const end = valueEnd(lines, at + 1);
  // texts and flags have no sum
  const text = lines.toString("latin1", at + 1, end);
  if (!/^-?\d/.test(text)) return end;
  const index = fields.index(unescaped(lines.toString("utf8", start, at)), !text.endsWith("i"));
  layout[position] = index;
  return readNumber(lines, at + 1, fields, index, values);
}

/** A number of any form. One that is not of its field's type is left out. */
function readNumber(lines: Buffer, start: number, fields: FieldTable, index: number, values: LineValues): number {
  const end = valueEnd(lines, start);
  const text = lines.toString("latin1", start, end);
  const integer = /^-?\d{1,19}i$/.test(text);
  const number = Number(integer ? text.slice(0, -1) : text);
  if (text === "" || !Number.isFinite(number) || fields.floats[index] === integer) return end;
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
