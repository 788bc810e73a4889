/**
 * What is known of every cache of a journal now: read once, then kept current by the lines that are new.
 *
 * Counters begin with the local month, whenever this process began, so that they go on where they were after a restart.
 *
 * @module
 */
import {
  askJournal,
  type Cut,
  type Followable,
  type Followed,
  KeptCurrent,
  nextPeriod,
  periodStart,
  type Question,
} from "../../core/history/history.ts";
import { forEachField, type Integer, type ParsedLine, parseTags } from "../../core/line/line.ts";
import { MEASUREMENTS } from "../../core/schema.ts";
import { CLOCK_AHEAD_MS } from "../sources/sources.ts";
import { Cache, type CacheNow, GAUGES, type Gauge } from "./cache-now.ts";

/** The measurements that are added up. */
const ADDED = ["bytestoclients", "bytesdropped", "bytesimported", "bytespurged", "imports", "replies", "requests"];
const CLIENTS = "cacheclients";
const CLIENT_TAGS = ["family", "os"] as const;
const WARMING = ["precacherun", "precacheasset"];

/** How far back the newest reading and the newest rows are looked for at the start. */
const LOOK_BACK_MS = 86_400_000;
const ROWS_BACK_MS = 3_600_000;

/** The caches of one local month. */
class Month implements Followable {
  readonly fromMs: number;
  readonly toMs: number;
  readonly #caches = new Map<string, Cache>();
  readonly #servers = new Map<string, Readonly<Record<string, string>>>();

  constructor(nowMs: number, timeZone: string) {
    this.fromMs = periodStart(nowMs, "month", timeZone);
    this.toMs = nextPeriod(nowMs, "month", timeZone);
  }

  /** By name, those that only warm among them. */
  caches(): Cache[] {
    return [...this.#caches].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cache]) => cache);
  }

  cache(server: string): Cache {
    const cache = this.#caches.get(server) ?? new Cache();
    this.#caches.set(server, cache);
    if (cache.tags["server"] === undefined) cache.tags = { server };
    return cache;
  }

  /** The newest gauges and rows, as they are found. */
  newest(nowMs: number): Question<void> {
    const toMs = nowMs + CLOCK_AHEAD_MS;
    return {
      lines: [
        ...GAUGES.map((measurement) => ({
          ...{ measurement, fromMs: nowMs - LOOK_BACK_MS, toMs },
          take: (line: ParsedLine) => this.takeGauge(measurement, line),
        })),
        ...ADDED.map((measurement) => ({
          ...{ measurement, fromMs: nowMs - ROWS_BACK_MS, toMs },
          take: (line: ParsedLine) => this.#owner(line)?.takeRow(line),
        })),
      ],
      answer: () => undefined,
    };
  }

  /** What counters have so far. */
  sums(timeZone: string): Question<void> {
    const measurements = [...ADDED, ...WARMING];
    const query = { fromMs: this.fromMs, toMs: this.toMs, by: "all", timeZone, groupBy: ["server"] } as const;
    return {
      sums: [
        ...measurements.map((measurement) => ({ ...query, measurement, fields: summedFields(measurement) })),
        { ...query, measurement: CLIENTS, groupBy: ["server", ...CLIENT_TAGS] },
      ],
      answer: ({ sums }) => {
        for (const { group, sums: fields } of sums[measurements.length] ?? []) {
          const server = group["server"] ?? "";
          if (server !== "") this.cache(server).addClients(group, fields);
        }
        for (const [i, measurement] of measurements.entries()) {
          for (const { group, sums: fields } of sums[i] ?? []) {
            const server = group["server"] ?? "";
            if (server === "") continue;
            for (const [field, value] of Object.entries(fields)) this.cache(server).add(measurement, field, value);
          }
        }
      },
    };
  }

  followed(): Followed[] {
    const add = (line: ParsedLine): void => this.#add(line);
    return [
      ...GAUGES.map((measurement) => {
        return { measurement, take: (line: ParsedLine) => this.takeGauge(measurement, line) };
      }),
      ...ADDED.map((measurement) => ({
        measurement,
        take: (line: ParsedLine) => {
          this.#owner(line)?.takeRow(line);
          add(line);
        },
      })),
      ...WARMING.map((measurement) => ({ measurement, take: add })),
      { measurement: CLIENTS, take: (line) => this.#addClients(line) },
    ];
  }

  takeGauge(gauge: Gauge, line: ParsedLine): void {
    this.#owner(line)?.takeGauge(gauge, line);
  }

  #add(line: ParsedLine): void {
    if (line.timeMs < this.fromMs || line.timeMs >= this.toMs) return;
    const fields = summedFields(line.measurement);
    const owner = this.#owner(line);
    forEachField(line.fieldText, (name, value) => {
      if (owner !== undefined && "integer" in value && fields.includes(name))
        owner.add(line.measurement, name, value.integer);
    });
  }

  #addClients(line: ParsedLine): void {
    if (line.timeMs < this.fromMs || line.timeMs >= this.toMs) return;
    const sums: Record<string, Integer> = {};
    forEachField(line.fieldText, (name, value) => {
      if ("integer" in value) sums[name] = value.integer;
    });
    this.#owner(line)?.addClients(parseTags(line.tagText), sums);
  }

  /** Its cache, which learns its tags; a line without a server is nobody's. */
  #owner({ tagText, timeMs, measurement }: ParsedLine): Cache | undefined {
    const tags = this.#servers.get(tagText) ?? parseTags(tagText);
    this.#servers.set(tagText, tags);
    const server = tags["server"] ?? "";
    if (server === "") return undefined;
    const cache = this.cache(server);
    // its own tags alone: other measurements have tags that are not the cache's
    if (PLAIN.has(measurement) && timeMs >= cache.tagsMs) {
      cache.tags = tags;
      cache.tagsMs = timeMs;
    }
    return cache;
  }
}

/** Measurements without tags of their own. */
const PLAIN = new Set(MEASUREMENTS.filter(({ tags }) => tags.length === 0).map(({ name }) => name));

const SUMMED = new Map(
  MEASUREMENTS.map(({ name, fields }) => [
    name,
    fields.flatMap((field) => (field.type === "integer" ? [field.name] : [])),
  ]),
);

function summedFields(measurement: string): readonly string[] {
  return SUMMED.get(measurement) ?? [];
}

/** The caches of a journal, kept current. */
export class FleetState {
  readonly #month: KeptCurrent<Month>;

  private constructor(month: KeptCurrent<Month>) {
    this.#month = month;
  }

  /** @throws LarderError `JOURNAL_READ` */
  static async open(stateDir: string, timeZone: string, nowMs: number): Promise<FleetState> {
    const read = async (cut: Cut, atMs: number): Promise<Month> => {
      const month = new Month(atMs, timeZone);
      await askJournal(stateDir, cut)([month.newest(atMs), month.sums(timeZone)]);
      return month;
    };
    return new FleetState(await KeptCurrent.open(stateDir, read, nowMs));
  }

  /** Takes what is new. @throws LarderError `JOURNAL_READ`; the next time all is read again. */
  async update(nowMs: number): Promise<void> {
    await this.#month.update(nowMs);
  }

  /** Every cache of which anything is known, by name. */
  get caches(): readonly CacheNow[] {
    return this.#month.state.caches();
  }

  /** When the counters began, Unix milliseconds. */
  get countedFromMs(): number {
    return this.#month.state.fromMs;
  }
}
