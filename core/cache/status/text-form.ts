/**
 * The text of macOS 10.15 and later: `Content caching status:`, then `Key: value` lines with sizes for people.
 *
 * Sizes are rounded to two digits in it; prefer JSON.
 *
 * @module
 */
import { LIMITS, type Raw, type RawMap, STATUS_KEYS, unreadableStatus } from "./raw.ts";

const HEADER = /Content caching status:[ \t]*$/m;
/** The first line of a status copied without its header. */
const FIRST = new RegExp(`^ {4}(?:${STATUS_KEYS.join("|")}): `, "m");
const LINE = /^ {4}([A-Za-z0-9]{1,64}):(?: (.*))?$/;
const ITEM = /^ {8}(\S.*)$/;
const UNITS: Readonly<Record<string, number>> = { bytes: 1, byte: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
/** Text values: what looks like a size in them is not one. */
const TEXTS = new Set(["PublicAddress", "ServerGUID", "RegistrationError", "StartupStatus", "CacheStatus"]);

/**
 * The status in an output, or undefined when it is not of this form.
 * @throws LarderError `STATUS_HOSTILE` past the limits; `STATUS_INCOMPLETE` when it ends after its header.
 */
export function parseTextForm(text: string, place: string): RawMap | undefined {
  const header = HEADER.exec(text);
  const start = header === null ? FIRST.exec(text)?.index : header.index + header[0].length + 1;
  if (start === undefined) return undefined;
  const lines = text.slice(start).split(/\r?\n/);
  if (lines.length > LIMITS.entries)
    throw unreadableStatus(place, `it has ${lines.length} lines`, { code: "STATUS_HOSTILE" });
  const status = new Map<string, Raw>();
  let open: { key: string; items: string[] } | undefined;
  for (const line of lines) {
    const item = ITEM.exec(line)?.[1];
    if (item !== undefined && open !== undefined) {
      open.items.push(item.trimEnd());
      continue;
    }
    const [, key, value = ""] = LINE.exec(line.trimEnd()) ?? [];
    if (key === undefined) continue;
    if (open !== undefined) status.set(open.key, itemsOf(open));
    open = /^\(\d+\)$/.test(value) ? { key, items: [] } : undefined;
    if (open === undefined) status.set(key, plainValue(key, value));
  }
  if (open !== undefined) status.set(open.key, itemsOf(open));
  if (status.size === 0) throw unreadableStatus(place, "it ends after its first line", { code: "STATUS_INCOMPLETE" });
  return status;
}

function itemsOf({ key, items }: { key: string; items: readonly string[] }): Raw {
  if (key === "CacheDetails") {
    const kinds = items.flatMap((item) => {
      const [, kind, size] = /^(.{1,256}): (\S.*)$/.exec(item) ?? [];
      const bytes = size === undefined ? undefined : sizeBytes(size);
      return kind === undefined || bytes === undefined ? [] : [[kind, bytes] as const];
    });
    return new Map(kinds);
  }
  if (key === "Parents" || key === "Peers") return items.map((item) => new Map([["address", item]]));
  return items;
}

function plainValue(key: string, value: string): Raw {
  if (value === "(none)") return [];
  if (TEXTS.has(key)) return value;
  if (value === "unlimited") return 0;
  const percent = /^(\d{1,3}(?:\.\d+)?)\s?%$/.exec(value)?.[1];
  if (percent !== undefined) return Number(percent) / 100;
  return sizeBytes(value) ?? value;
}

/** Bytes of `76.6 GB`, `940 bytes`, `Zero KB`: powers of 1,000, as macOS prints them. */
export function sizeBytes(text: string): number | undefined {
  if (/^Zero (KB|bytes)$/.test(text)) return 0;
  const [, whole, fraction = "", unit = ""] = /^(-?\d{1,15})(?:[.,](\d{1,3}))? (\w{2,5})$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (whole === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(`${whole}.${fraction || "0"}`) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
