/**
 * Values of Apple's databases, taken as they come: any declared type, so a number may be text, and text a number.
 *
 * @module
 */
import type { Integer } from "../../../core/line/line.ts";
import type { SqliteValue } from "../../../core/sqlite/sqlite.ts";

const WHOLE = /^[+-]?\d{1,19}$/;
const NUMBER = /^[+-]?\d{1,15}(\.\d{1,9})?$/;
const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_MIN = -9_223_372_036_854_775_808n;

/** A whole 64-bit number, exact, or undefined for anything else. */
export function wholeNumber(value: SqliteValue): Integer | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value === "bigint") return value;
  if (typeof value !== "string" || !WHOLE.test(value.trim())) return undefined;
  const exact = BigInt(value.trim());
  if (exact > INT64_MAX || exact < INT64_MIN) return undefined;
  const near = Number(exact);
  return Number.isSafeInteger(near) ? near : exact;
}

/** A whole number as the journal has it, or undefined for anything else. */
export function numberText(value: SqliteValue): string | undefined {
  const number = wholeNumber(value);
  return number === undefined ? undefined : String(number);
}

/** Seconds of a date column as a number, or undefined where it holds no plausible date. */
export function dateSeconds(value: SqliteValue): number | undefined {
  const seconds = typeof value === "string" && NUMBER.test(value.trim()) ? Number(value) : value;
  // from 1970 or 2001 on: before the year 2500, whichever the epoch
  return typeof seconds === "number" && Number.isFinite(seconds) && Math.abs(seconds) < 16_725_225_600
    ? seconds
    : undefined;
}

/** A value as shown in a message or a reject file: short, and nothing binary. */
export function cellText(value: SqliteValue | undefined): string {
  if (value === null || value === undefined) return "NULL";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const text = String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
