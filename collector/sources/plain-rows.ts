/**
 * Plain rows, many at a time: each of one metric's name, one date and one whole number, as nearly all of statsData are.
 *
 * SQLite puts some thousand of them into three texts, which are looked through as bytes: an object for each row, and a
 * number made of digits only to become digits again, cost a back-fill a quarter of its processor time more. Whether a row
 * is plain can be told from the texts: JSON shows what type a value has, a name that is no text or has a line break leaves
 * other counts.
 *
 * @module
 */
import { errorCode } from "../../core/errors.ts";
import type { SqliteDatabase } from "../../core/sqlite/sqlite.ts";

/** So many that their texts are still small enough to be short-lived to the runtime. */
const PORTION_ROWS = 4000;
const FIRST_BYTES = 128 * 1024;
/** Of one UTF-16 unit. */
const MAX_UTF8_BYTES = 3;
/** Digits a double holds exactly, whatever they are. */
const SAFE_DIGITS = 15;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const BRACKET = 0x5d;

/** SQL of a table of plain rows. */
export interface PlainColumns {
  readonly table: string;
  /** Expression that numbers the rows. */
  readonly row: string;
  /** Expressions of their values. */
  readonly metric: string;
  readonly date: string;
  readonly number: string;
}

/**
 * Takes a row; false when it cannot.
 * @param text the number is written in [from, to) of it, with a sign if need be
 */
export type TakePlain<M> = (date: number, metric: M, text: Uint8Array, from: number, to: number) => boolean;

/** A name that was met; the one that followed it will follow it again. */
interface Met<M> {
  readonly bytes: Uint8Array;
  readonly metric: M;
  next: Met<M> | undefined;
}

/** Reads plain rows of one open database. */
export class PlainRows<M> {
  readonly #db: SqliteDatabase;
  readonly #sql: string;
  readonly #nextSql: string;
  readonly #metricOf: (name: string) => M;
  readonly #met = new Map<string, Met<M>>();
  #last: Met<M> | undefined;
  readonly #dates = new TextBytes();
  readonly #names = new TextBytes();
  readonly #numbers = new TextBytes();

  /** @param metricOf what a name means; asked once for each */
  constructor(db: SqliteDatabase, { table, row, metric, date, number }: PlainColumns, metricOf: (name: string) => M) {
    this.#db = db;
    this.#metricOf = metricOf;
    // a span of row numbers is gone through in their order; an inner query with a LIMIT costs a quarter more
    this.#sql = `SELECT count(*), max(${row}), sum(typeof(${metric}) = 'text'),
      json_group_array(${date}), group_concat(${metric}, char(10)), json_group_array(${number})
      FROM ${table} NOT INDEXED WHERE ${row} > ? AND ${row} <= ?`;
    this.#nextSql = `SELECT min(${row}) FROM ${table} WHERE ${row} > ?`;
  }

  /**
   * Hands over the next rows after a row, at most so many.
   * @returns how many there were, and the number of the last; undefined when one was not plain or not taken: the rows
   * before it have then been handed over.
   */
  read(after: number, limit: number, take: TakePlain<M>): { rows: number; last: number } | undefined {
    let rows = 0;
    let last = after;
    for (let from: number | undefined = after; from !== undefined && rows < limit; ) {
      const upTo: number = from + Math.min(limit - rows, PORTION_ROWS);
      const portion = this.#portion(from, upTo);
      if (portion === undefined || !this.#hand(portion.rows, take)) return undefined;
      rows += portion.rows;
      if (portion.rows > 0) last = portion.last;
      from = last === upTo ? upTo : this.#beforeNext(upTo);
    }
    return { rows, last };
  }

  /** Has SQLite write the texts; undefined when a name is no text, or a value has no form in JSON. */
  #portion(after: number, upTo: number): { rows: number; last: number } | undefined {
    const found = this.#ask(after, upTo);
    const [rows, last, texts, dates, names, numbers] = found ?? [];
    if (rows === 0) return { rows, last: after };
    if (typeof rows !== "number" || typeof last !== "number" || texts !== rows) return undefined;
    if (typeof dates !== "string" || typeof names !== "string" || typeof numbers !== "string") return undefined;
    this.#dates.set(dates);
    this.#names.set(names);
    this.#numbers.set(numbers);
    return { rows, last };
  }

  /** The number before that of the next row after one: there may be wide gaps. */
  #beforeNext(row: number): number | undefined {
    const next = this.#db.all(this.#nextSql, [row])[0]?.[0];
    return typeof next === "number" ? next - 1 : undefined;
  }

  #ask(after: number, upTo: number) {
    try {
      return this.#db.all(this.#sql, [after, upTo])[0];
    } catch (error) {
      // a BLOB among the values; what else is wrong will be found again by whoever reads row by row
      if (errorCode(error) === "DB_QUERY") return undefined;
      throw error;
    }
  }

  /** Goes through the texts, row by row. */
  #hand(rows: number, take: TakePlain<M>): boolean {
    if (rows === 0) return true;
    const { bytes: dates } = this.#dates;
    const { bytes: names, size: namesEnd } = this.#names;
    const { bytes: numbers } = this.#numbers;
    let dateAt = 1;
    let nameAt = 0;
    let numberAt = 1;
    for (let row = 0; row < rows; row++) {
      const separator = row === rows - 1 ? BRACKET : COMMA;
      let date = 0;
      const dateFrom = dateAt;
      for (; isDigit(dates[dateAt]); dateAt++) date = date * 10 + (dates[dateAt] ?? 0) - ZERO;
      if (dateAt - dateFrom > SAFE_DIGITS || dates[dateAt++] !== separator) return false;
      const numberFrom = numberAt;
      if (numbers[numberAt] === MINUS) numberAt++;
      while (isDigit(numbers[numberAt])) numberAt++;
      if (numbers[numberAt++] !== separator) return false;
      const met = this.#metAt(names, nameAt, namesEnd);
      nameAt += met.bytes.length + 1;
      if (nameAt > namesEnd && row < rows - 1) return false;
      if (!take(date, met.metric, numbers, numberFrom, numberAt - 1)) return false;
    }
    return nameAt === namesEnd + 1;
  }

  /** The name that begins here: most probably the one that came next the last time. */
  #metAt(names: Uint8Array, start: number, textEnd: number): Met<M> {
    const likely = this.#last?.next;
    if (likely !== undefined && standsAt(likely.bytes, names, start, textEnd)) {
      this.#last = likely;
      return likely;
    }
    let end = start;
    while (end < textEnd && names[end] !== NEWLINE) end++;
    const name = Buffer.from(names.buffer, names.byteOffset + start, end - start).toString("utf8");
    let met = this.#met.get(name);
    if (met === undefined) {
      met = { bytes: names.slice(start, end), metric: this.#metricOf(name), next: undefined };
      if (this.#met.size < 10_000) this.#met.set(name, met);
    }
    if (this.#last !== undefined) this.#last.next = met;
    this.#last = met;
    return met;
  }
}

/** The bytes of a text, in memory that is used again. */
class TextBytes {
  bytes: Uint8Array = new Uint8Array(0);
  size = 0;
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

  set(text: string): void {
    const most = text.length * MAX_UTF8_BYTES;
    if (most > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(most);
    this.size = this.#buffer.write(text, 0, "utf8");
    this.bytes = this.#buffer;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Whether a name stands at a place, and ends there. */
function standsAt(name: Uint8Array, names: Uint8Array, start: number, textEnd: number): boolean {
  const end = start + name.length;
  if (end > textEnd || (end < textEnd && names[end] !== NEWLINE)) return false;
  for (let i = 0; i < name.length; i++) if (names[start + i] !== name[i]) return false;
  return true;
}
