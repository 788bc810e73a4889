/**
 * What is known of one cache now: its newest readings and rows, and what was counted this month.
 *
 * @module
 */
import { type ReadPoint, readPoint } from "../../core/history/history.ts";
import { addExact, forEachField, type Integer, type ParsedLine } from "../../core/line/line.ts";

/** What a scrape says of one cache. */
export interface CacheNow {
  readonly tags: Readonly<Record<string, string>>;
  /** The newest line of the gauge; those of one reading together. */
  readonly status: ReadPoint | undefined;
  readonly content: readonly ReadPoint[];
  readonly peers: readonly ReadPoint[];
  readonly pass: ReadPoint | undefined;
  /** When the newest row of traffic was, and its numbers by measurement and field. */
  readonly rowMs: number | undefined;
  /** The least time between two rows that were seen. */
  readonly rowGapMs: number | undefined;
  rowValue(measurement: string, field: string): Integer;
  /** Undefined where nothing of it was ever seen this month. */
  sum(measurement: string, field: string): Integer | undefined;
  /** Requests and bytes of its clients this month. */
  readonly clients: readonly ClientsNow[];
}

/** Clients of one family and system. */
export interface ClientsNow {
  readonly family: string;
  readonly os: string;
  readonly requests: Integer;
  readonly bytes: Integer;
}

/** Measurements of which the newest reading counts. */
export const GAUGES = ["cachestatus", "cachecontent", "cachepeers", "larder"] as const;
export type Gauge = (typeof GAUGES)[number];

/** Rows of one moment lie milliseconds apart. */
const LEAST_GAP_MS = 1000;

export class Cache implements CacheNow {
  tags: Readonly<Record<string, string>> = {};
  tagsMs = Number.NEGATIVE_INFINITY;
  rowMs: number | undefined;
  rowGapMs: number | undefined;
  readonly #newest = new Map<Gauge, { timeMs: number; lines: ParsedLine[] }>();
  readonly #row = new Map<string, ParsedLine>();
  readonly #sums = new Map<string, Integer>();
  readonly #clients = new Map<string, ClientsNow>();

  get status(): ReadPoint | undefined {
    return this.#points("cachestatus")[0];
  }

  get pass(): ReadPoint | undefined {
    return this.#points("larder")[0];
  }

  get content(): readonly ReadPoint[] {
    return this.#ofStatus("cachecontent");
  }

  get peers(): readonly ReadPoint[] {
    return this.#ofStatus("cachepeers");
  }

  takeGauge(gauge: Gauge, line: ParsedLine): void {
    const known = this.#newest.get(gauge);
    if (known === undefined || line.timeMs > known.timeMs) {
      this.#newest.set(gauge, { timeMs: line.timeMs, lines: [line] });
    } else if (line.timeMs === known.timeMs) known.lines.push(line);
  }

  takeRow(line: ParsedLine): void {
    const { timeMs, measurement } = line;
    if (this.rowMs === undefined || timeMs > this.rowMs) {
      const gap = timeMs - (this.rowMs ?? Number.NEGATIVE_INFINITY);
      if (gap >= LEAST_GAP_MS && Number.isFinite(gap)) this.rowGapMs = Math.min(gap, this.rowGapMs ?? gap);
      this.rowMs = timeMs;
      this.#row.clear();
    }
    if (timeMs === this.rowMs) this.#row.set(measurement, line);
  }

  rowValue(measurement: string, field: string): Integer {
    const line = this.#row.get(measurement);
    let found: Integer = 0;
    if (line === undefined) return found;
    forEachField(line.fieldText, (name, value) => {
      if (name === field && "integer" in value) found = value.integer;
    });
    return found;
  }

  add(measurement: string, field: string, value: Integer): void {
    const key = `${measurement} ${field}`;
    this.#sums.set(key, addExact(this.#sums.get(key), value));
  }

  sum(measurement: string, field: string): Integer | undefined {
    return this.#sums.get(`${measurement} ${field}`);
  }

  get clients(): readonly ClientsNow[] {
    return [...this.#clients.values()];
  }

  addClients(
    { family = "", os = "" }: Readonly<Record<string, string>>,
    sums: Readonly<Record<string, Integer>>,
  ): void {
    const key = JSON.stringify([family, os]);
    const { requests, bytes } = this.#clients.get(key) ?? { requests: 0, bytes: 0 };
    this.#clients.set(key, {
      ...{ family, os },
      requests: addExact(requests, sums["requests"]),
      bytes: addExact(bytes, sums["bytes"]),
    });
  }

  #points(gauge: Gauge): ReadPoint[] {
    return (this.#newest.get(gauge)?.lines ?? []).map(readPoint);
  }

  /** What was written with the newest status: a category that is gone is in no later reading. */
  #ofStatus(gauge: Gauge): ReadPoint[] {
    const timeMs = this.#newest.get("cachestatus")?.timeMs;
    return this.#newest.get(gauge)?.timeMs === timeMs ? this.#points(gauge) : [];
  }
}
