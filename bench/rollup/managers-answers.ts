/**
 * What a manager asks of a fleet, and the true answers: served and saved by region and month, the sites that were served
 * most, the hit ratio of all by day.
 *
 * @module
 */
import { fieldIndex, SERVED_FIELDS } from "../../fixtures/fleet/index.ts";

export const LOCAL_FIELDS = SERVED_FIELDS.filter((field) => !field.includes("origin"));
const DAY_MS = 86_400_000;

interface ServedAndSaved {
  readonly served: number;
  readonly saved: number;
}

/** Answers from the rows themselves: what every engine must say. */
export class Answers {
  /** By `YYYY-MM region`. */
  readonly months = new Map<string, ServedAndSaved>();
  readonly sites = new Map<string, number>();
  /** By the beginning of the local day. */
  readonly days = new Map<number, ServedAndSaved>();

  /** Adds a day of a cache. @param sums in the order of the fleet's fields */
  add(tags: Readonly<Record<string, string>>, dayMs: number, sums: readonly number[]): void {
    const total = (fields: readonly string[]): number =>
      fields.reduce((sum, field) => sum + (sums[fieldIndex(field)] ?? 0), 0);
    const day = { served: total(SERVED_FIELDS), saved: total(LOCAL_FIELDS) };
    addTo(this.months, `${monthOf(dayMs)} ${tags["region"]}`, day);
    addTo(this.days, dayMs, day);
    const site = tags["site_code"] ?? "";
    this.sites.set(site, (this.sites.get(site) ?? 0) + day.served);
  }

  get topSites(): number[] {
    return [...this.sites.values()].sort((a, b) => b - a).slice(0, 20);
  }
}

function addTo<Key>(into: Map<Key, ServedAndSaved>, key: Key, { served, saved }: ServedAndSaved): void {
  const sum = into.get(key) ?? { served: 0, saved: 0 };
  into.set(key, { served: sum.served + served, saved: sum.saved + saved });
}

/** The month an instant near a local midnight lies in: `2025-03`. */
export function monthOf(at: number): string {
  return new Date(at + DAY_MS / 2).toISOString().slice(0, 7);
}

/** Equal as sets: engines order groups by their own rules. */
export function same(found: readonly string[], expected: readonly string[]): boolean {
  const [given, wanted] = [[...found].sort(), [...expected].sort()];
  const ok = given.length === wanted.length && given.every((item, i) => item === wanted[i]);
  if (!ok) console.log("   found", given.slice(0, 2), given.length, "expected", wanted.slice(0, 2), wanted.length);
  return ok;
}
