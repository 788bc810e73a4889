/**
 * Traffic of every cache by bucket of time, read once and then kept current line by line: the work of an update grows with
 * what is new, and the numbers are those a fresh question would give.
 *
 * @module
 */
import { type TrafficRow, trafficOf } from "../../core/history/history.ts";
import { addExact, forEachField, type Integer, type ParsedLine } from "../../core/line/line.ts";
import { SAVED, SERVED } from "../../core/measures.ts";
import { type BucketUnit, bucketStart } from "../../core/time/local-days.ts";

/** The fields that traffic is made of, by measurement. */
const FIELDS = new Map<string, Set<string>>();
for (const { measurement, fields } of [...SERVED.add, ...SAVED.add, ...SAVED.subtract]) {
  const known = FIELDS.get(measurement) ?? new Set();
  for (const field of fields) known.add(field);
  FIELDS.set(measurement, known);
}

/** The measurements whose lines it takes. */
export const TRAFFIC_MEASUREMENTS: readonly string[] = [...FIELDS.keys()];

/** The key of all caches together: no server has an empty name. */
export const ALL = "";

export interface TrafficSpan {
  readonly unit: BucketUnit;
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeZone: string;
}

interface Bucket {
  /** By measurement and field. */
  readonly sums: Map<string, Integer>;
  /** Made of the sums when it is asked for. */
  row: TrafficRow | undefined;
}

export class RunningTraffic {
  readonly #span: TrafficSpan;
  /** By server and beginning; `ALL` is the sum of all. */
  readonly #buckets = new Map<string, Map<number, Bucket>>();

  constructor(span: TrafficSpan) {
    this.#span = span;
  }

  get servers(): string[] {
    return [...this.#buckets.keys()].filter((server) => server !== ALL);
  }

  /** Adds what was answered for the span, by server. */
  load(rows: readonly TrafficRow[]): void {
    for (const { startMs, group, sumOf } of rows) {
      const server = group["server"] ?? "";
      this.#touch(server, startMs);
      for (const [measurement, fields] of FIELDS) {
        for (const field of fields) {
          const value = sumOf(measurement, field);
          if (value !== undefined) this.#add(server, startMs, [`${measurement} ${field}`, value]);
        }
      }
    }
  }

  /** Adds a line of one of `TRAFFIC_MEASUREMENTS`; says whether it was of the span. */
  take({ measurement, fieldText, timeMs }: ParsedLine, server: string): boolean {
    const { unit, fromMs, toMs, timeZone } = this.#span;
    const wanted = FIELDS.get(measurement);
    if (wanted === undefined || timeMs < fromMs || timeMs >= toMs) return false;
    const startMs = bucketStart(timeMs, unit, timeZone);
    this.#touch(server, startMs);
    forEachField(fieldText, (field, value) => {
      if (wanted.has(field) && "integer" in value)
        this.#add(server, startMs, [`${measurement} ${field}`, value.integer]);
    });
    return true;
  }

  /** The buckets of a cache that have data, or of all together, in order of time. */
  rows(server: string): TrafficRow[] {
    return [...(this.#buckets.get(server) ?? [])]
      .sort(([a], [b]) => a - b)
      .map(([startMs, bucket]) => {
        bucket.row ??= trafficOf({ startMs, group: { server } }, (measurement, field) =>
          bucket.sums.get(`${measurement} ${field}`),
        );
        return bucket.row;
      });
  }

  /** A bucket with a line has data, whatever is in it. */
  #touch(server: string, startMs: number): void {
    for (const name of new Set([server, ALL])) this.#bucket(name, startMs).row = undefined;
  }

  #add(server: string, startMs: number, [key, value]: readonly [string, Integer]): void {
    for (const name of new Set([server, ALL])) {
      const { sums } = this.#bucket(name, startMs);
      sums.set(key, addExact(sums.get(key), value));
    }
  }

  #bucket(server: string, startMs: number): Bucket {
    let ofServer = this.#buckets.get(server);
    if (ofServer === undefined) {
      ofServer = new Map();
      this.#buckets.set(server, ofServer);
    }
    let bucket = ofServer.get(startMs);
    if (bucket === undefined) {
      bucket = { sums: new Map(), row: undefined };
      ofServer.set(startMs, bucket);
    }
    return bucket;
  }
}
