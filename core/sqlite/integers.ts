/**
 * Integers of the seam: numbers while they are safe, bigint beyond 2^53. Pure.
 *
 * @module
 */
import type { SqliteValue } from "./database.ts";

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/** An integer as the seam gives it: a number when it is safe. Other values as they are. */
export function normalInteger(value: SqliteValue): SqliteValue {
  if (typeof value !== "bigint") return value;
  return value <= LARGEST && value >= -LARGEST ? Number(value) : value;
}

/** True when a row read with integers as doubles may hold one that is not exact. */
export function unsafeAsDouble(row: readonly SqliteValue[]): boolean {
  for (const value of row) {
    if (typeof value === "number" && (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)) return true;
  }
  return false;
}

/** A parameter for node:sqlite, which binds every number as REAL: integers are bound as such only as bigint. */
export function integerAsBigInt(value: SqliteValue): SqliteValue {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}
