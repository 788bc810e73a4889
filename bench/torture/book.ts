/**
 * What the stand-in caches know they have counted: the book everything else is compared with.
 *
 * @module
 */
import type { CountedRow } from "../../fixtures/content-cache/management-report.ts";
import { FLEET_FIELDS } from "../../fixtures/fleet/fields.ts";

const HOUR_MS = 3_600_000;

/** Sums by `<server> <field>`. */
export type Sums = ReadonlyMap<string, number>;

export class Book {
  readonly #rows = new Map<string, CountedRow[]>();

  /** A cache has written a row. */
  write(server: string, row: CountedRow): void {
    const rows = this.#rows.get(server) ?? [];
    this.#rows.set(server, rows);
    rows.push(row);
  }

  /** The same, without rows a cache wrote at these times. */
  without(server: string, times: ReadonlySet<number>): Book {
    const book = new Book();
    for (const [name, rows] of this.#rows) {
      for (const row of rows) if (name !== server || !times.has(row.timeMs)) book.write(name, row);
    }
    return book;
  }

  get servers(): readonly string[] {
    return [...this.#rows.keys()];
  }

  /** The time of the newest row by the clock of its cache, which may have been ahead. */
  get newestMs(): number {
    return Math.max(...[...this.#rows.values()].flat().map(({ timeMs }) => timeMs));
  }

  /** The beginnings of the hours that have rows, in order. */
  hours(server: string): number[] {
    const starts = (this.#rows.get(server) ?? []).map(({ timeMs }) => hourOf(timeMs));
    return [...new Set(starts)].sort((a, b) => a - b);
  }

  /** Sums of all rows, or of those of an hour. */
  sums(hourMs?: number): Sums {
    return this.sumsOf((timeMs) => hourMs === undefined || hourOf(timeMs) === hourMs);
  }

  /** Sums of the rows of some times. */
  sumsOf(counts: (timeMs: number) => boolean): Sums {
    return this.sumsBy((timeMs) => (counts(timeMs) ? 0 : undefined)).get(0) ?? new Map();
  }

  /** Sums of the rows of each bucket; a row of none is in no sum. */
  sumsBy(bucketOf: (timeMs: number) => number | undefined): Map<number, Sums> {
    const buckets = new Map<number, Map<string, number>>();
    for (const [server, rows] of this.#rows) {
      for (const { timeMs, delta } of rows) {
        const bucket = bucketOf(timeMs);
        if (bucket === undefined) continue;
        const sums = buckets.get(bucket) ?? new Map<string, number>();
        buckets.set(bucket, sums);
        for (const { name, column } of FLEET_FIELDS) {
          const value = delta.get(column.slice(1));
          if (value !== undefined) sums.set(`${server} ${name}`, (sums.get(`${server} ${name}`) ?? 0) + value);
        }
      }
    }
    return buckets;
  }
}

/** The beginning of its hour; Apple's times are whole seconds for us. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
