/**
 * Bytes of one cache by local day.
 *
 * @module
 */
import { addExact, type Integer } from "../../core/line/line.ts";
import { FROM_APPLE, fieldsOf, measure, SERVED, type SumOf } from "../../core/measures.ts";
import type { TrafficFacts } from "./known.ts";

const PURGED_YOUNG = "bytes.purged.youngerthan1day";

/** What is added up, by measurement. */
export const SUMMED: Readonly<Record<string, readonly string[]>> = {
  bytestoclients: fieldsOf("bytestoclients", SERVED, FROM_APPLE),
  bytespurged: [PURGED_YOUNG],
};

interface Sums {
  served: Integer;
  fromApple: Integer;
}

export class DaySums {
  readonly #traffic = new Map<number, Sums>();
  readonly #purgedYoung = new Map<number, Integer>();

  /** Adds the sums of a measurement, some or all of a day. */
  add(measurement: string, dayMs: number, fields: Readonly<Record<string, Integer>>): void {
    const sumOf: SumOf = (_, field) => fields[field];
    if (measurement === "bytestoclients") {
      const { served, fromApple } = this.#traffic.get(dayMs) ?? { served: 0, fromApple: 0 };
      this.#traffic.set(dayMs, {
        served: addExact(served, measure(SERVED, sumOf)),
        fromApple: addExact(fromApple, measure(FROM_APPLE, sumOf)),
      });
    } else if (fields[PURGED_YOUNG] !== undefined) {
      this.#purgedYoung.set(dayMs, addExact(this.#purgedYoung.get(dayMs), fields[PURGED_YOUNG]));
    }
  }

  /** Traffic of some days, the first and the last among them; undefined where there was none. */
  traffic(firstMs: number, lastMs: number): TrafficFacts | undefined {
    const days = [...this.#traffic].filter(([dayMs]) => dayMs >= firstMs && dayMs <= lastMs);
    if (days.length === 0) return undefined;
    const sum = (pick: (sums: Sums) => Integer): number =>
      Number(days.reduce<Integer>((all, [, sums]) => addExact(all, pick(sums)), 0));
    return { served: sum(({ served }) => served), fromApple: sum(({ fromApple }) => fromApple) };
  }

  /** Evicted within a day of being fetched; undefined where nobody said. */
  purgedYoung(dayMs: number): number | undefined {
    const bytes = this.#purgedYoung.get(dayMs);
    return bytes === undefined ? undefined : Number(bytes);
  }
}
