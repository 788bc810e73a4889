/**
 * Rows that came when their hour or day was closed: added up, and written as a further point of the bucket.
 *
 * What was written of a bucket is the sum of all its rows that were read before: where reading goes on at the last commit,
 * a late row is counted by being added, and nothing of the bucket has to be read again. A day of a large fleet is gigabytes.
 *
 * @module
 */
import type { ClosedBucket } from "./corrections.ts";
import type { BucketOf, BucketSums, Series } from "./series.ts";

export class LateRows {
  /** By series, unit and beginning. */
  #late = new Map<Series, Map<string, ClosedBucket>>();
  #count = 0;

  /** Buckets that are waiting. */
  get count(): number {
    return this.#count;
  }

  /** The sums of what is late for a bucket. */
  sumsOf({ series, unit, from, to }: BucketOf): BucketSums {
    let own = this.#late.get(series);
    if (own === undefined) {
      own = new Map();
      this.#late.set(series, own);
    }
    const key = `${unit} ${from}`;
    let late = own.get(key);
    if (late === undefined) {
      late = { series, bucket: { unit, from, to, after: 0, sums: [] } };
      own.set(key, late);
      this.#count++;
    }
    return late.bucket.sums;
  }

  /** Takes them out. @param after how far behind its beginning each is written: no other point of it is there */
  take(after: number): ClosedBucket[] {
    const taken: ClosedBucket[] = [];
    for (const [series, own] of this.#late) {
      series.leaveSlot();
      for (const { bucket } of own.values()) taken.push({ series, bucket: { ...bucket, after } });
    }
    this.#late = new Map();
    this.#count = 0;
    return taken;
  }
}
