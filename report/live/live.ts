/**
 * The live page: the page of a report, fed. What `larder serve` answers with.
 *
 * One follower of the journal serves all pages and all who read them; it looks for what is new only while somebody reads.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { type Feed, type Reply, type Route, refusal } from "../../core/server/server.ts";
import { browserScript, STYLE, scriptJson } from "../page/page.ts";
import type { Words } from "../words.ts";
import { cacheId, cacheRow } from "./caches-table.ts";
import { chartData, liveDocument, liveParts } from "./live-document.ts";
import { LiveFleet, type LiveFleetOptions, ROOT } from "./live-fleet.ts";
import type { CacheRow, LiveModel } from "./live-model.ts";
import { LivePage, type PageContent } from "./live-page.ts";
import { LIVE_STYLE } from "./live-style.ts";
import { ALL } from "./running-traffic.ts";
import { viewOf } from "./table-view.ts";

export type { AlertView } from "./alert-view.ts";
export type { CacheKnown } from "./live-fleet.ts";
export type { Health, SinkView } from "./live-model.ts";

export interface LiveOptions extends LiveFleetOptions {
  readonly words: Words;
}

export interface Live {
  /** What a server answers for it: pages, their script and style, the feed. */
  readonly routes: readonly Route[];
  close(): void;
}

/** How often what is new is looked for while somebody reads. */
const LOOK_MS = 1000;
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
  readonly #fleet: LiveFleet;
  readonly #run = randomBytes(6).toString("hex");
  readonly #pages = new Map<string, LivePage>();
  /** Rows as HTML. */
  #written = new WeakMap<CacheRow, readonly [id: string, html: string]>();
  readonly #ended = new AbortController();
  #beatMs = Number.NEGATIVE_INFINITY;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #watching = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#fleet = new LiveFleet(options, () => this.#columnsChanged());
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
    await this.#fleet.update();
    const server = this.#fleet.serverOf(name);
    if (server === undefined) return refusal(404, this.#options.words.live.noCache);
    const model = this.#fleet.model(server);
    const page = this.#page(name);
    page.set(this.#content(model));
    const { words } = this.#options;
    const several = this.#fleet.servers.length > 1;
    const view = viewOf(url.searchParams);
    const body = liveDocument({ model, words, page: name, place: page.place, several, view });
    return { status: 200, type: "text/html; charset=utf-8", body };
  }

  async #feed(name: string, since: string | readonly string[]): Promise<Reply | Feed> {
    await this.#fleet.update();
    const server = this.#fleet.serverOf(name);
    if (server === undefined) return refusal(404, this.#options.words.live.noCache);
    const page = this.#page(name);
    page.set(this.#content(this.#fleet.model(server)));
    return {
      feed: (send) => {
        const end = page.read(String(since), send);
        send({ id: page.place, event: "beat", data: String(this.#options.clock.now()) });
        void this.#watch();
        return end;
      },
    };
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
      await this.#fleet.update();
    } catch {
      // what was read stays on the page; it says so, and the next look tries again
      for (const page of this.#pages.values()) page.tell("trouble", this.#options.words.live.cannotRead);
      return;
    }
    const isDue = nowMs - this.#drawnMs >= DRAW_MS;
    if (isDue) this.#drawnMs = nowMs;
    const changed = this.#fleet.takeChanged();
    for (const [path, page] of this.#pages) {
      const server = page.readers === 0 ? undefined : this.#fleet.serverOf(path);
      if (server === undefined) continue;
      const isNews = changed.has(server) || (server === ALL && changed.size > 0);
      if (isDue || isNews) page.set(this.#content(this.#fleet.model(server)));
    }
    if (nowMs - this.#beatMs < BEAT_MS) return;
    this.#beatMs = nowMs;
    for (const page of this.#pages.values()) page.tell("beat", String(nowMs));
  }

  /** Browsers that have the table open load it again. */
  #columnsChanged(): void {
    this.#written = new WeakMap();
    for (const page of this.#pages.values()) page.tell("reload", "");
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
