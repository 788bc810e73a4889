/**
 * Parts of a cursor that was read from a mark: what is not of the expected type counts as missing.
 *
 * @module
 */
import type { Json } from "./commit.ts";

/** An object, not a list. */
export function asObject(json: Json | undefined): Readonly<Record<string, Json>> | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Readonly<Record<string, Json>>)
    : undefined;
}

/** A list; empty for anything else. */
export function asList(json: Json | undefined): readonly Json[] {
  return Array.isArray(json) ? json : [];
}

/** A whole number from 0 on, as of bytes, lines or milliseconds. */
export function asCount(json: Json | undefined): number | undefined {
  return typeof json === "number" && Number.isSafeInteger(json) && json >= 0 ? json : undefined;
}

export function asText(json: Json | undefined): string | undefined {
  return typeof json === "string" ? json : undefined;
}
