/**
 * The zones whose days roll-ups count, one after the other.
 *
 * A point of a day carries the day's first millisecond, so days of another zone would be other points, beside those that
 * are written: a server would show everything twice. So a zone once used goes on being used for the days it began, and
 * another one applies from the end of a day on. Where the two do not begin their days together, the days around the change
 * are shorter. Every instant lies in exactly one day, whatever was changed and when.
 *
 * @module
 */
import type { Json } from "../journal/journal.ts";
import { type BucketUnit, bucketStart, nextBucket } from "./local-days.ts";

/** From when on days are those of a zone. */
export interface ZoneSpan {
  /** Unix milliseconds; the first has no beginning, which is -Infinity. */
  readonly fromMs: number;
  readonly zone: string;
}

/** Hours and days, with the zones they are of. */
export class DayZones {
  readonly spans: readonly ZoneSpan[];

  /** @param spans in order, the first without a beginning */
  private constructor(spans: readonly ZoneSpan[]) {
    this.spans = spans;
  }

  /** One zone for all time. */
  static of(zone: string): DayZones {
    return new DayZones([{ fromMs: Number.NEGATIVE_INFINITY, zone }]);
  }

  /** Reads what `json` wrote, or the one zone an older version noted; undefined for anything else. */
  static parse(json: Json | undefined): DayZones | undefined {
    if (typeof json === "string") return DayZones.of(json);
    if (!Array.isArray(json)) return undefined;
    const spans = (json as readonly Json[]).map((item) => {
      const [fromMs, zone] = Array.isArray(item) ? (item as readonly Json[]) : [];
      return { fromMs: fromMs === null ? Number.NEGATIVE_INFINITY : fromMs, zone };
    });
    const fit = spans.every(({ fromMs, zone }) => typeof fromMs === "number" && typeof zone === "string");
    return fit && spans.length > 0 ? new DayZones(spans as ZoneSpan[]) : undefined;
  }

  get json(): Json {
    const [first] = this.spans;
    if (this.spans.length === 1 && first !== undefined) return first.zone;
    return this.spans.map(({ fromMs, zone }): Json => [Number.isFinite(fromMs) ? fromMs : null, zone]);
  }

  /** The zone of the days to come. */
  get zone(): string {
    return this.spans.at(-1)?.zone ?? "UTC";
  }

  /** First millisecond of the hour or day in which an instant lies. */
  start(ms: number, unit: BucketUnit): number {
    if (unit === "hour") return bucketStart(ms, unit, "UTC");
    const { fromMs, zone } = this.#spanAt(ms);
    return Math.max(fromMs, bucketStart(ms, unit, zone));
  }

  /** First millisecond after the hour or day in which an instant lies. */
  next(ms: number, unit: BucketUnit): number {
    if (unit === "hour") return nextBucket(ms, unit, "UTC");
    const index = this.#indexAt(ms);
    const end = nextBucket(ms, unit, this.spans[index]?.zone ?? "UTC");
    return Math.min(end, this.spans[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY);
  }

  /**
   * The same until the end of the day that is open, then another zone. A change that has not come yet is forgotten.
   * @param settledMs days that began by then are begun or written, and stay as they are
   */
  changed(zone: string, settledMs: number): DayZones {
    const begun = this.spans.filter(({ fromMs }) => fromMs <= settledMs);
    const kept = new DayZones(begun);
    if (kept.zone === zone) return begun.length === this.spans.length ? this : kept;
    const fromMs = kept.next(settledMs, "day");
    const last = this.spans.at(-1);
    if (last?.zone === zone && last.fromMs === fromMs && this.spans.length === begun.length + 1) return this;
    return new DayZones([...begun, { fromMs, zone }]);
  }

  /** The first instant from which two disagree; Infinity where they never do. */
  differsFrom(other: DayZones): number {
    const most = Math.max(this.spans.length, other.spans.length);
    for (let i = 0; i < most; i++) {
      const [own, its] = [this.spans[i], other.spans[i]];
      if (own?.zone === its?.zone && own?.fromMs === its?.fromMs) continue;
      return Math.min(own?.fromMs ?? Number.POSITIVE_INFINITY, its?.fromMs ?? Number.POSITIVE_INFINITY);
    }
    return Number.POSITIVE_INFINITY;
  }

  #spanAt(ms: number): ZoneSpan {
    return this.spans[this.#indexAt(ms)] ?? { fromMs: Number.NEGATIVE_INFINITY, zone: "UTC" };
  }

  #indexAt(ms: number): number {
    let index = this.spans.length - 1;
    while (index > 0 && (this.spans[index]?.fromMs ?? 0) > ms) index--;
    return index;
  }
}
