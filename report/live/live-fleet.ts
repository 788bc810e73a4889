/**
 * What the live page shows, brought up to date as the journal grows: rows of the table of caches, and the model of the
 * page of one or of all.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { type Finding, finding } from "../../core/finding.ts";
import { groupBy } from "../../core/group-by.ts";
import {
  type CacheState,
  type HistoryEvent,
  type LastWarming,
  type Pass,
  totalSavings,
} from "../../core/history/history.ts";
import { THRESHOLDS } from "../../core/thresholds.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { Worth } from "../model.ts";
import { type AlertView, withoutAlerts } from "./alert-view.ts";
import { cacheId } from "./caches-table.ts";
import { type CacheRow, type Health, type LiveModel, liveModel } from "./live-model.ts";
import { type CacheFacts, LiveState } from "./live-state.ts";
import { ALL } from "./running-traffic.ts";
import { type WatchedRun, watchedRuns } from "./warming-run.ts";

/** What is known of the cache that findings are made of. */
export interface CacheKnown {
  readonly nowMs: number;
  readonly cache: CacheState | undefined;
  readonly pass: Pass | undefined;
  readonly lastRowMs: number | undefined;
  readonly events: readonly HistoryEvent[];
  readonly warming: LastWarming | undefined;
}

export interface LiveFleetOptions {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly organisation?: string | undefined;
  readonly worth: Worth;
  /** Name of the cache on this computer. */
  readonly server: string;
  /** How the pipe of this computer is, and what is wrong with it and its cache. */
  readonly readHealth: (known: CacheKnown) => Promise<Health>;
  /** What is wrong with a cache that another computer watches. */
  readonly findingsOf: (known: CacheKnown) => readonly Finding[];
  /** The alerts that fire now, of all caches, the gravest first; undefined where nobody looks for alerts. */
  readonly readAlerts: (nowMs: number) => Promise<readonly AlertView[] | undefined>;
  readonly clock: Clock;
}

/** The page at `/`: all caches, or the only one. No cache has an empty name. */
export const ROOT = "";

/** How often findings, which age, are made again, and the disk looked at. */
const HEALTH_MS = 15_000;

export class LiveFleet {
  readonly #options: LiveFleetOptions;
  readonly #onColumns: () => void;
  readonly #rows = new Map<string, CacheRow>();
  #state: LiveState | undefined;
  #health: Health = { findings: [], sinks: [] };
  #alerts: readonly AlertView[] | undefined;
  /** The same by the name of the cache. */
  #alertsOf: ReadonlyMap<string, readonly AlertView[]> = new Map();
  #healthMs = Number.NEGATIVE_INFINITY;
  #changed = new Set<string>();
  #updating: Promise<void> | undefined;

  /** @param onColumns called when the table of caches has other columns than before */
  constructor(options: LiveFleetOptions, onColumns: () => void) {
    this.#options = options;
    this.#onColumns = onColumns;
  }

  /** Names of all caches. */
  get servers(): readonly string[] {
    return this.#known.servers;
  }

  /** Takes out the names of the caches of which something came. */
  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  get #known(): LiveState {
    if (this.#state === undefined) throw new Error("the caches were asked for before the journal was read");
    return this.#state;
  }

  /** Takes what is new; several at once wait for the same look. */
  async update(): Promise<void> {
    this.#updating ??= this.#updateNow().finally(() => {
      this.#updating = undefined;
    });
    await this.#updating;
  }

  async #updateNow(): Promise<void> {
    const { stateDir, timeZone, clock, server, readHealth } = this.#options;
    const nowMs = clock.now();
    let changed: Iterable<string>;
    let alertsDue = nowMs - this.#healthMs >= HEALTH_MS;
    if (this.#state === undefined) {
      this.#state = await LiveState.open({ stateDir, timeZone, server }, nowMs);
      changed = this.#state.servers;
    } else {
      const update = await this.#state.update(nowMs);
      if (update.reread) this.#rows.clear();
      changed = update.servers;
      alertsDue ||= update.alerts;
    }
    if (alertsDue && (await this.#readAlerts(nowMs))) changed = this.#state.servers;
    if (nowMs - this.#healthMs >= HEALTH_MS) {
      this.#healthMs = nowMs;
      this.#health = await readHealth(knownOf(this.#own(server), nowMs));
      changed = this.#state.servers;
    }
    const servers = new Set(this.#state.servers);
    for (const name of changed) {
      this.#changed.add(name);
      if (servers.has(name)) this.#setRow(name, nowMs);
    }
  }

  /** @returns whether other alerts fire now */
  async #readAlerts(nowMs: number): Promise<boolean> {
    const alerts = await this.#options.readAlerts(nowMs);
    if (isDeepStrictEqual(alerts, this.#alerts)) return false;
    if ((alerts === undefined) !== (this.#alerts === undefined)) this.#onColumns();
    this.#alerts = alerts;
    this.#alertsOf = groupBy(alerts ?? [], ({ server }) => server);
    return true;
  }

  /** Which cache a page is about; `ALL` for all of them; undefined where there is no such cache. */
  serverOf(page: string): string | undefined {
    const { servers } = this.#known;
    if (page === ROOT) return servers.length === 1 ? servers[0] : ALL;
    return servers.find((server) => server === page || `~${cacheId(server)}` === page);
  }

  /** What the page of a cache shows, or that of `ALL`. */
  model(server: string): LiveModel {
    const { timeZone, organisation, worth, clock } = this.#options;
    const nowMs = clock.now();
    const state = this.#known;
    const ownFacts = this.#own(this.#options.server);
    const own = ownFacts.server;
    const facts = server === ALL ? { ...state.allFacts(), pass: ownFacts.pass } : state.facts(server);
    const isOwn = server === ALL || server === own;
    const alerts = server === ALL ? this.#alerts : this.#alerts && this.#alertsAbout(server, isOwn);
    const found = isOwn ? this.#health.findings : (this.#rows.get(server)?.findings ?? []);
    const health = { sinks: isOwn ? this.#health.sinks : [], findings: withoutAlerts(found, alerts ?? []) };
    const caches = server === ALL ? state.servers.flatMap((name) => this.#rows.get(name) ?? []) : [];
    const others = caches.map((row) => (row.server === own ? { ...row, findings: health.findings } : row));
    return liveModel({
      facts,
      nowMs,
      timeZone,
      today: state.todayMs,
      organisation,
      worth,
      alerts,
      health: server === ALL ? { ...health, findings: others.length > 0 ? [] : health.findings } : health,
      runs: this.#runs(server, nowMs),
      caches: others,
    });
  }

  /** The cache of this computer; where a journal has one cache under another name, it is that. */
  #own(server: string): CacheFacts {
    const { servers } = this.#known;
    const [only] = servers;
    return this.#known.facts(servers.length === 1 && only !== undefined ? only : server);
  }

  /** A row of which nothing changed stays the same object, and is not written again. */
  #setRow(server: string, nowMs: number): void {
    const row = this.#rowOf(server, nowMs);
    const known = this.#rows.get(server);
    if (known === undefined || !isDeepStrictEqual(asWritten(row), asWritten(known))) this.#rows.set(server, row);
  }

  #rowOf(server: string, nowMs: number): CacheRow {
    const facts = this.#known.facts(server);
    const { tags, state, heardMs, hours } = facts;
    const today = hours.length === 0 && facts.heardHours.size === 0 ? undefined : totalSavings(hours);
    const alerts = this.#alertsOf.get(server) ?? [];
    return {
      server,
      tags,
      today,
      state,
      heardMs,
      findings: withoutAlerts(this.#findings(facts, nowMs), alerts),
      alerts,
    };
  }

  #findings(facts: CacheFacts, nowMs: number): readonly Finding[] {
    const found = this.#options.findingsOf(knownOf(facts, nowMs));
    const silentMs = nowMs - (facts.heardMs ?? Number.NEGATIVE_INFINITY);
    if (silentMs < THRESHOLDS.statusSeconds.watch * 1000) return found;
    const said = Number.isFinite(silentMs) ? "silent" : "nothingHeard";
    // in whole minutes: a row that says the same is not written again
    const values = { age: Math.round(silentMs / 60_000) * 60 };
    return [...found, finding({ id: "silent", level: "warn", said, next: "checkOn", values })];
  }

  /** Those of a cache; with its own, those of this computer, which may have another name. */
  #alertsAbout(server: string, isOwn: boolean): AlertView[] {
    const names = new Set([server, ...(isOwn ? [this.#options.server] : [])]);
    return [...names].flatMap((name) => this.#alertsOf.get(name) ?? []);
  }

  /** Runs that warm a cache, from whatever computer. */
  #runs(server: string, nowMs: number): WatchedRun[] {
    return this.#known.warmers
      .flatMap((warmer) => watchedRuns(warmer.server, warmer.warming, nowMs))
      .filter((run) => server === ALL || run.server === server || run.targets.includes(server))
      .sort((a, b) => b.startedMs - a.startedMs);
  }
}

/** A row as far as it shows: the exact ages in its findings go on while what they say is the same. */
function asWritten(row: CacheRow): unknown {
  return { ...row, findings: row.findings.map(({ words: _, ...shown }) => shown) };
}

function knownOf({ state, pass, newestRowMs, events, lastWarming }: CacheFacts, nowMs: number): CacheKnown {
  return { nowMs, cache: state, pass, lastRowMs: newestRowMs, events, warming: lastWarming };
}
