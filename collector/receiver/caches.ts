/**
 * The caches that report: each by its GUID, with its name, its tags, and what was taken of it. All of it comes from the
 * journal, so that there is nothing that could disagree with it.
 *
 * @module
 */
import { numberOf, readPoint, scanReader } from "../../core/history/history.ts";
import { openReader, streamFolder } from "../../core/journal/journal.ts";
import { lineTags } from "../line-tags.ts";
import type { Report } from "./report.ts";
import { type Heard, SILENCE_EVENTS } from "./silence.ts";
import type { Site, Sites } from "./sites/sites.ts";
import { TakenTimes } from "./taken-times.ts";

/** A cache that reports. */
export interface ReportingCache extends Heard {
  readonly guid: string;
  /** Its name on its points; "" until its first report here. */
  server: string;
  serial: string;
  /** Escaped text of the tags on its lines. */
  tags: string;
  /** What they were made of. */
  tagsOf: { readonly sites: Sites; readonly site: Site | undefined; readonly server: string } | undefined;
  /** Whether the site file names it. */
  assigned: boolean;
  /** Times of its reports, and of its counters. */
  readonly reports: TakenTimes;
  readonly counters: TakenTimes;
  /** What was written last of what hardly changes, and when. */
  hostText: string;
  hostMs: number;
  /** When it was written last that the cache is heard of. */
  beatMs: number;
  /** Whether an event says that it is silent, and none that it is back. */
  silent: boolean;
  /** Reports under way, one after the other. */
  turn: Promise<unknown>;
  waiting: number;
}

export interface CachesOptions {
  readonly stateDir: string;
  /** Tags of every line. */
  readonly tags: Readonly<Record<string, string>>;
  readonly sites: () => Sites;
  /** A clock nobody sets, milliseconds. Default the process's own. */
  readonly elapsedMs?: () => number;
}

/** Of the newest of the journal, as much is read to know what was taken: of older reports the journal is asked. */
const READ_BACK_BYTES = 64_000_000;
const MAX_CACHES = 20_000;
/** Apple's default. */
const PERIOD_MS = 300_000;

export class Caches {
  readonly #options: CachesOptions;
  /** Least recently heard of first. */
  readonly #caches = new Map<string, ReportingCache>();
  /** By name in small letters: whose it is. */
  readonly #names = new Map<string, string>();
  /** Nothing of a cache that is not known here is later than this. */
  #knownAfter: number;

  private constructor(options: CachesOptions, knownAfter: number) {
    this.#options = options;
    this.#knownAfter = knownAfter;
  }

  /** Reads from the journal what was taken. */
  static async open(options: CachesOptions): Promise<Caches> {
    const reader = openReader(streamFolder(options.stateDir, "receiver"), "receiver");
    const segments = await reader.segments();
    let from = segments.length;
    for (let bytes = 0; from > 0 && bytes < READ_BACK_BYTES; ) bytes += segments[--from]?.bytes ?? 0;
    const before = segments.slice(0, from).flatMap(({ span }) => span?.toMs ?? []);
    const caches = new Caches(options, Math.max(Number.MIN_SAFE_INTEGER, ...before));
    const position = { segment: segments[from]?.number ?? 0, offset: 0 };
    const wanted = {
      ...{ fromMs: Number.MIN_SAFE_INTEGER, toMs: Number.MAX_SAFE_INTEGER },
      from: new Map([["receiver", position]]),
    };
    const silences = new Map<string, { timeMs: number; silent: boolean }>();
    await scanReader(reader, [
      {
        ...wanted,
        measurement: "cachereport",
        take: (line) => {
          const { tags, fields, timeMs } = readPoint(line);
          const [guid, counted, period] = [
            fields.get("guid"),
            fields.get("counted"),
            numberOf(fields.get("report.period")),
          ];
          if (guid === undefined || !("text" in guid)) return;
          const cache = caches.#known(guid.text);
          caches.#rename(cache, tags["server"] ?? "");
          cache.reports.add(timeMs);
          if (counted !== undefined && "integer" in counted) cache.counters.add(Number(counted.integer));
          if (period !== undefined) cache.periodMs = period * 1000;
        },
      },
      {
        ...wanted,
        measurement: "events",
        take: (line) => {
          const { tags, timeMs } = readPoint(line);
          const { server = "", event } = tags;
          const silent = event === SILENCE_EVENTS.silent;
          if (!silent && event !== SILENCE_EVENTS.back) return;
          if (timeMs >= (silences.get(server)?.timeMs ?? timeMs)) silences.set(server, { timeMs, silent });
        },
      },
      {
        ...wanted,
        measurement: "cachehost",
        take: (line) => {
          const { fields } = readPoint(line);
          const [guid, serial] = [fields.get("guid"), fields.get("serial")];
          if (guid === undefined || !("text" in guid)) return;
          if (serial !== undefined && "text" in serial) caches.#known(guid.text).serial = serial.text;
        },
      },
    ]);
    for (const cache of caches.all()) cache.silent = silences.get(cache.server)?.silent === true;
    return caches;
  }

  /** Those that are known, least recently heard of first. */
  all(): Iterable<ReportingCache> {
    return this.#caches.values();
  }

  /** A cache that is known already. */
  get(guid: string): ReportingCache | undefined {
    return this.#caches.get(guid);
  }

  /** Gives a cache the tags it has as the site file is now. */
  tag(cache: ReportingCache): void {
    const sites = this.#options.sites();
    this.#tag(cache, sites, sites.find({ guid: cache.guid, serial: cache.serial, hostname: cache.server }));
  }

  /** How many there are. */
  get size(): number {
    return this.#caches.size;
  }

  /** The cache a report is from, with name and tags as they are now. */
  of(report: Report): ReportingCache {
    const cache = this.#known(report.guid);
    this.#caches.delete(report.guid);
    this.#caches.set(report.guid, cache);
    if (report.serial !== "") cache.serial = report.serial;
    const seconds = report.numbers.get("reportPeriod");
    if (seconds !== undefined) cache.periodMs = seconds * 1000;
    const sites = this.#options.sites();
    const site = sites.find({ ...report, hostname: plainName(report.hostname) });
    this.#rename(cache, this.#nameOf(report, cache, site));
    cache.assigned = site !== undefined;
    this.#tag(cache, sites, site);
    return cache;
  }

  /** From one report to the next they hardly ever change. */
  #tag(cache: ReportingCache, sites: Sites, site: Site | undefined): void {
    const { tagsOf, server } = cache;
    if (tagsOf?.sites === sites && tagsOf.site === site && tagsOf.server === server) return;
    cache.tagsOf = { sites, site, server };
    cache.tags = lineTags({ tags: { ...this.#options.tags, ...(site?.tags ?? sites.unassigned) }, server });
  }

  #known(guid: string): ReportingCache {
    const known = this.#caches.get(guid);
    if (known !== undefined) return known;
    this.#forgetOldest();
    const cache: ReportingCache = {
      guid,
      ...{ server: "", serial: "", tags: "", tagsOf: undefined, assigned: true, hostText: "", hostMs: 0, beatMs: 0 },
      waiting: 0,
      ...{ heardMs: (this.#options.elapsedMs ?? elapsed)(), periodMs: PERIOD_MS, silent: false },
      reports: new TakenTimes(this.#knownAfter),
      counters: new TakenTimes(this.#knownAfter),
      turn: Promise.resolve(),
    };
    this.#caches.set(guid, cache);
    return cache;
  }

  /** Makes room. What was taken of a cache that is forgotten, the journal knows. */
  #forgetOldest(): void {
    if (this.#caches.size < MAX_CACHES) return;
    for (const [guid, cache] of this.#caches) {
      if (cache.waiting > 0) continue;
      this.#caches.delete(guid);
      this.#names.delete(cache.server.toLowerCase());
      this.#knownAfter = Math.max(this.#knownAfter, cache.reports.newestMs, cache.counters.newestMs);
      return;
    }
  }

  /** What the site file calls it, or what it calls itself; with a part of its GUID where another Mac has that name. */
  #nameOf({ guid, hostname, serial }: Report, cache: ReportingCache, site: Site | undefined): string {
    const name = site?.server ?? plainName(hostname);
    const owner = this.#names.get(name.toLowerCase());
    if (owner === undefined || owner === guid) return name;
    const other = this.#caches.get(owner);
    // the same Mac with a new GUID: its cache was set up again
    const isSameMac = serial !== "" && other?.serial === serial;
    if (!isSameMac) return `${name}-${guid.slice(0, 8).toLowerCase()}`;
    if (other !== undefined && other !== cache) other.server = "";
    return name;
  }

  #rename(cache: ReportingCache, name: string): void {
    if (this.#names.get(cache.server.toLowerCase()) === cache.guid) this.#names.delete(cache.server.toLowerCase());
    cache.server = name;
    if (name !== "") this.#names.set(name.toLowerCase(), cache.guid);
  }
}

function elapsed(): number {
  return performance.now();
}

/** A host name as a collector on that Mac has it. */
function plainName(hostname: string): string {
  return hostname.replace(/\.local\.?$/i, "");
}
