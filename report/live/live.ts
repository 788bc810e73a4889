/**
 * The live page: the page of a report, fed. What `larder serve` answers with.
 *
 * One follower of the journal serves all pages and all who read them; it looks for what is new only while somebody reads.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
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
import { type Feed, type Reply, type Route, refusal } from "../../core/server/server.ts";
import { THRESHOLDS } from "../../core/thresholds.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { Worth } from "../model.ts";
import { browserScript, STYLE, scriptJson } from "../page/page.ts";
import type { Words } from "../words.ts";
import { type AlertView, withoutAlerts } from "./alert-view.ts";
import { cacheId, cacheRow } from "./caches-table.ts";
import { chartData, liveDocument, liveParts } from "./live-document.ts";
import { type CacheRow, type Health, type LiveModel, liveModel } from "./live-model.ts";
import { LivePage, type PageContent } from "./live-page.ts";
import { type CacheFacts, LiveState } from "./live-state.ts";
import { LIVE_STYLE } from "./live-style.ts";
import { ALL } from "./running-traffic.ts";
import { viewOf } from "./table-view.ts";
import { type WatchedRun, watchedRuns } from "./warming-run.ts";

export type { AlertView } from "./alert-view.ts";
export type { Health, SinkView } from "./live-model.ts";

/** What is known of the cache that findings are made of. */
export interface CacheKnown {
  readonly nowMs: number;
  readonly cache: CacheState | undefined;
  readonly pass: Pass | undefined;
  readonly lastRowMs: number | undefined;
  readonly events: readonly HistoryEvent[];
  readonly warming: LastWarming | undefined;
}

export interface LiveOptions {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly words: Words;
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

export interface Live {
  /** What a server answers for it: pages, their script and style, the feed. */
  readonly routes: readonly Route[];
  close(): void;
}

/** The page at `/`: all caches, or the only one. No cache has an empty name. */
const ROOT = "";

/** How often what is new is looked for while somebody reads. */
const LOOK_MS = 1000;
/** How often findings, which age, are made again, and the disk looked at. */
const HEALTH_MS = 15_000;
/** More pages that nobody reads are forgotten. */
const MOST_IDLE_PAGES = 50;
const BEAT_MS = 15_000;
/** A page on which nothing changed is drawn again this often: the speed of a run, what is usual by now. */
const DRAW_MS = 5000;

/** The live page over a journal. Reads nothing before somebody asks. */
export function openLive(options: LiveOptions): Live {
  return new LivePages(options);
}

class LivePages implements Live {
  readonly #options: LiveOptions;
  readonly #run = randomBytes(6).toString("hex");
  readonly #pages = new Map<string, LivePage>();
  readonly #rows = new Map<string, CacheRow>();
  /** Rows as HTML. */
  #written = new WeakMap<CacheRow, readonly [id: string, html: string]>();
  readonly #ended = new AbortController();
  #state: LiveState | undefined;
  #health: Health = { findings: [], sinks: [] };
  #alerts: readonly AlertView[] | undefined;
  /** The same by the name of the cache. */
  #alertsOf: ReadonlyMap<string, readonly AlertView[]> = new Map();
  #healthMs = Number.NEGATIVE_INFINITY;
  #beatMs = Number.NEGATIVE_INFINITY;
  /** Caches of which something came since the pages were drawn. */
  #changed = new Set<string>();
  #drawnMs = Number.NEGATIVE_INFINITY;
  #updating: Promise<void> | undefined;
  #watching = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get routes(): readonly Route[] {
    const get = (path: string, answer: Route["answer"]): Route => ({ method: "GET", path, answer });
    return [
      get("/", ({ url }) => this.#document(ROOT, url)),
      get("/cache/:name", ({ parameters, url }) => this.#document(parameters["name"] ?? "", url)),
      get("/feed", ({ url, headers }) =>
        this.#feed(
          url.searchParams.get("page") ?? ROOT,
          headers["last-event-id"] ?? url.searchParams.get("since") ?? "",
        ),
      ),
      get("/page.css", () => ({ status: 200, type: "text/css; charset=utf-8", body: STYLE + LIVE_STYLE })),
      get("/live.js", async () => {
        return { status: 200, type: "text/javascript; charset=utf-8", body: await browserScript("live.js") };
      }),
    ];
  }

  close(): void {
    this.#ended.abort();
    this.#pages.clear();
  }

  /** @param name of a cache, or `ROOT` */
  async #document(name: string, url: URL): Promise<Reply> {
    await this.#update();
    const server = this.#serverOf(name);
    if (server === undefined) return refusal(404, this.#options.words.live.noCache);
    const model = this.#model(server);
    const page = this.#page(name);
    page.set(this.#content(model));
    const { words } = this.#options;
    const several = this.#known.servers.length > 1;
    const view = viewOf(url.searchParams);
    const body = liveDocument({ model, words, page: name, place: page.place, several, view });
    return { status: 200, type: "text/html; charset=utf-8", body };
  }

  async #feed(name: string, since: string | readonly string[]): Promise<Reply | Feed> {
    await this.#update();
    const server = this.#serverOf(name);
    if (server === undefined) return refusal(404, this.#options.words.live.noCache);
    const page = this.#page(name);
    page.set(this.#content(this.#model(server)));
    return {
      feed: (send) => {
        const end = page.read(String(since), send);
        send({ id: page.place, event: "beat", data: String(this.#options.clock.now()) });
        void this.#watch();
        return end;
      },
    };
  }

  get #known(): LiveState {
    if (this.#state === undefined) throw new Error("the live page was asked before its state was read");
    return this.#state;
  }

  /** Looks for what is new until nobody reads any more. */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    const { clock } = this.#options;
    try {
      while (!this.#ended.signal.aborted && this.#readers() > 0) {
        await clock.sleep(LOOK_MS, this.#ended.signal);
        if (!this.#ended.signal.aborted) await this.#look(clock.now());
      }
    } finally {
      this.#watching = false;
    }
  }

  async #look(nowMs: number): Promise<void> {
    try {
      await this.#update();
    } catch {
      // what was read stays on the page; it says so, and the next look tries again
      for (const page of this.#pages.values()) page.tell("trouble", this.#options.words.live.cannotRead);
      return;
    }
    const isDue = nowMs - this.#drawnMs >= DRAW_MS;
    if (isDue) this.#drawnMs = nowMs;
    const changed = this.#changed;
    this.#changed = new Set();
    for (const [path, page] of this.#pages) {
      const server = page.readers === 0 ? undefined : this.#serverOf(path);
      if (server === undefined) continue;
      const isNews = changed.has(server) || (server === ALL && changed.size > 0);
      if (isDue || isNews) page.set(this.#content(this.#model(server)));
    }
    if (nowMs - this.#beatMs < BEAT_MS) return;
    this.#beatMs = nowMs;
    for (const page of this.#pages.values()) page.tell("beat", String(nowMs));
  }

  /** Takes what is new; several at once wait for the same look. */
  async #update(): Promise<void> {
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
    if ((alerts === undefined) !== (this.#alerts === undefined)) this.#newColumns();
    this.#alerts = alerts;
    this.#alertsOf = groupBy(alerts ?? [], ({ server }) => server);
    return true;
  }

  /** The table has another column now: browsers that have it open load it again. */
  #newColumns(): void {
    this.#written = new WeakMap();
    for (const page of this.#pages.values()) page.tell("reload", "");
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

  #model(server: string): LiveModel {
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

  #content(model: LiveModel): PageContent {
    const { words } = this.#options;
    const alerts = model.alerts !== undefined;
    const parts = liveParts(model, words).map(([id, content]) => [id, content.text] as const);
    const rows = model.caches.map((row) => {
      const known =
        this.#written.get(row) ??
        ([`c-${cacheId(row.server)}`, cacheRow(row, { nowMs: model.nowMs, words, alerts }).text] as const);
      this.#written.set(row, known);
      return known;
    });
    return { parts: [...parts, ...rows], charts: scriptJson(chartData(model)).text };
  }

  /** Which cache a page is about; `ALL` for all of them; undefined where there is no such cache. */
  #serverOf(page: string): string | undefined {
    const { servers } = this.#known;
    if (page === ROOT) return servers.length === 1 ? servers[0] : ALL;
    return servers.find((server) => server === page || `~${cacheId(server)}` === page);
  }

  #page(path: string): LivePage {
    const known = this.#pages.get(path) ?? new LivePage(this.#run);
    // the one that was asked for last is the newest
    this.#pages.delete(path);
    this.#pages.set(path, known);
    const idle = [...this.#pages].filter(([, page]) => page.readers === 0);
    for (const [name] of idle.slice(0, Math.max(0, idle.length - MOST_IDLE_PAGES))) this.#pages.delete(name);
    return known;
  }

  #readers(): number {
    return [...this.#pages.values()].reduce((sum, page) => sum + page.readers, 0);
  }
}

/** A row as far as it shows: the exact ages in its findings go on while what they say is the same. */
function asWritten(row: CacheRow): unknown {
  return { ...row, findings: row.findings.map(({ words: _, ...shown }) => shown) };
}

function knownOf({ state, pass, newestRowMs, events, lastWarming }: CacheFacts, nowMs: number): CacheKnown {
  return { nowMs, cache: state, pass, lastRowMs: newestRowMs, events, warming: lastWarming };
}
