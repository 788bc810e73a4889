/**
 * Adding what lines hold. Whole numbers stay exact: a sum a double would round goes on as a bigint, and comes back as a
 * number where it fits again.
 *
 * @module
 */
import type { Integer } from "./point.ts";

/** The exact sum of whole numbers; undefined, for a field no line had, adds nothing. */
export function addExact(a: Integer | undefined, b: Integer | undefined): Integer {
  if (a === undefined || b === undefined) return a ?? b ?? 0;
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return fromBigInt(BigInt(a) + BigInt(b));
}

/** Adds a field's value: whole numbers exactly, floats as floats. */
export function addValue(sum: Integer | undefined, value: Integer, isFloat: boolean): Integer {
  return isFloat ? Number(sum ?? 0) + Number(value) : addExact(sum, value);
}

/** The exact difference of whole numbers. */
export function subtractExact(a: Integer, b: Integer | undefined): Integer {
  if (b === undefined) return a;
  return addExact(a, typeof b === "number" ? -b : -BigInt(b));
}

/** A number where it is exact, else the bigint. */
export function fromBigInt(value: bigint): Integer {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}
