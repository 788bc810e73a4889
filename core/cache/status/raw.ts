/**
 * What every form of a status is read into first: maps, lists and plain values, from which `status.ts` takes what it
 * knows. Maps are real maps, so that no key of a hostile document can mean anything to JavaScript.
 *
 * @module
 */
import { LarderError } from "../../errors.ts";

export type Raw = string | number | boolean | readonly Raw[] | RawMap;
export type RawMap = ReadonlyMap<string, Raw>;

/** Limits of a document; a real status has a few kilobytes and four levels. */
export const LIMITS = {
  bytes: 4 * 1024 * 1024,
  depth: 32,
  /** Entries of a list or map, lines of a text. */
  entries: 10_000,
  /** Characters of a text value that goes on into a point. */
  text: 256,
} as const;

/** Most bytes of a status that are read. */
export const MAX_STATUS_BYTES = LIMITS.bytes;

/** What has none of these is an answer in the form of a status, not a status: no information is not good news. */
export const STATUS_KEYS = [
  "Active",
  "Activated",
  "state",
  "CacheUsed",
  "RegistrationStatus",
  "StartupStatus",
] as const;

/** Whether a map holds at least one key that makes it a status. */
export function isStatus(raw: RawMap): boolean {
  return STATUS_KEYS.some((key) => raw.has(key));
}

/** A status that cannot be understood. Nothing of it is used. */
export function unreadableStatus(
  place: string,
  said: string,
  { code, cause }: { readonly code: string; readonly cause?: unknown },
): LarderError {
  return new LarderError(`Cannot read the status of the cache from "${place}": ${said}`, {
    code,
    state: "nothing was written; the totals of the last reading stay",
    next: 'see what "AssetCacheManagerUtil -j status" prints on the cache',
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

export function asMap(raw: Raw | undefined): RawMap | undefined {
  return raw instanceof Map ? raw : undefined;
}

export function asList(raw: Raw | undefined): readonly Raw[] {
  return Array.isArray(raw) ? raw : [];
}

/** Text, cut to the limit; undefined for anything else and for nothing. */
export function asText(raw: Raw | undefined): string | undefined {
  return typeof raw === "string" && raw !== "" ? raw.slice(0, LIMITS.text) : undefined;
}

/** A whole number, also one written as text. Fractions, infinities and what a double cannot hold exactly are not. */
export function asInteger(raw: Raw | undefined): number | undefined {
  const value = typeof raw === "string" && /^-?\d{1,16}$/.test(raw) ? Number(raw) : raw;
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

/** A finite number, also one written as text. */
export function asNumber(raw: Raw | undefined): number | undefined {
  const value = typeof raw === "string" && /^-?\d{1,16}(\.\d{1,17})?$/.test(raw) ? Number(raw) : raw;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** True and false in each of the four spellings that Apple's tools have used. */
export function asFlag(raw: Raw | undefined): boolean | undefined {
  if (typeof raw === "boolean") return raw;
  if (raw === 1 || raw === "1" || raw === "true" || raw === "yes") return true;
  if (raw === 0 || raw === "0" || raw === "false" || raw === "no") return false;
  return undefined;
}
