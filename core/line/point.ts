/**
 * A point and its line-protocol text. Names are escaped by `escape.ts`, texts here.
 *
 * Format: `measurement,tag=value field=1i,other=0.5 1487115473000`, times in milliseconds. Rules measured against
 * InfluxDB 1.6.7: a measurement escapes comma and space; tag keys, tag values and field keys escape comma, equals
 * sign and space; a backslash before one of these or at the end cannot be told from an escape and is dropped; an empty
 * tag value is an error, so such a tag is left out; a newline is allowed only inside a quoted string.
 *
 * @module
 */
import { LarderError } from "../errors.ts";
import { clean, escapeKey, escapeMeasurement } from "./escape.ts";

/** A whole number. Safe integers are numbers, larger ones bigint; both are written with `i`. */
export type Integer = number | bigint;

/** A field value: integers are marked, because 1 as a float and 1 as an integer are different types to InfluxDB. */
export type FieldValue =
  | { readonly integer: Integer }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly flag: boolean };

/** One measurement at one millisecond. */
export interface Point {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Unix milliseconds. */
  readonly timeMs: number;
}

const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_MIN = -9_223_372_036_854_775_808n;

/** `,key=value` for every tag that has a value, keys sorted (the order InfluxDB indexes fastest). */
export function tagText(tags: Readonly<Record<string, string>>): string {
  let text = "";
  for (const key of Object.keys(tags).sort()) {
    const value = clean(tags[key] ?? "");
    if (value !== "" && clean(key) !== "") text += `,${escapeKey(key)}=${escapeKey(value)}`;
  }
  return text;
}

/** Whether a value can be written as an integer field: a whole number of 64 bits, exact. */
export function isInteger64(value: Integer): boolean {
  return typeof value === "bigint" ? value >= INT64_MIN && value <= INT64_MAX : Number.isSafeInteger(value);
}

/**
 * An integer field value such as `42i`.
 * @throws LarderError `POINT_INTEGER` for a number that is not a whole 64-bit number.
 */
export function integerText(value: Integer): string {
  if (!isInteger64(value)) {
    throw new LarderError(`Cannot write the field value "${value}": it is not a 64-bit integer`, {
      code: "POINT_INTEGER",
    });
  }
  return `${value}i`;
}

/**
 * A field value as text.
 * @throws LarderError `POINT_INTEGER` or `POINT_FLOAT` (NaN and infinities have no line-protocol form).
 */
export function fieldText(value: FieldValue): string {
  if ("integer" in value) return integerText(value.integer);
  if ("flag" in value) return value.flag ? "true" : "false";
  if ("text" in value) return `"${value.text.replaceAll(/\r?\n|\r/g, " ").replaceAll(/["\\]/g, "\\$&")}"`;
  if (!Number.isFinite(value.float)) {
    throw new LarderError(`Cannot write the field value "${value.float}": it is not a finite number`, {
      code: "POINT_FLOAT",
    });
  }
  return String(value.float);
}

/**
 * One line, without the newline.
 * @throws LarderError `POINT_EMPTY` for a point without fields; see also `fieldText`.
 */
export function pointLine(point: Point): string {
  const fields = Object.entries(point.fields).map(([key, value]) => `${escapeKey(key)}=${fieldText(value)}`);
  if (fields.length === 0) {
    throw new LarderError(`Cannot write a point of "${point.measurement}": it has no field`, { code: "POINT_EMPTY" });
  }
  return `${escapeMeasurement(point.measurement)}${tagText(point.tags)} ${fields.join(",")} ${point.timeMs}`;
}
