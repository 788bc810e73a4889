/**
 * Parts of a server's JSON, each of the type that is wanted or of none: `String()` and `Number()` throw for an object that
 * has a `toString` of its own.
 *
 * @module
 */

/** Its keys; none for anything else. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Its items; none for anything else. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, number or flag as text; "" for anything else. */
export function asText(value: unknown): string {
  return ["string", "number", "bigint", "boolean"].includes(typeof value) ? String(value) : "";
}

/** A number, also one written as text; NaN for anything else. */
export function asNumber(value: unknown): number {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "string"
    ? Number(value)
    : Number.NaN;
}
