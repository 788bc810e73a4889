/**
 * The caches of a world: one on the computer that watches, with its database, status, log and report, and one far away that
 * only reports. Each writes into the book what it has counted.
 *
 * @module
 */
import { existsSync, renameSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { COUNTED, Counters } from "../../fixtures/content-cache/counters.ts";
import { type ContentCache, startContentCache } from "../../fixtures/content-cache/index.ts";
import { type CountedRow, managementReport } from "../../fixtures/content-cache/management-report.ts";
import { FLEET_FIELDS } from "../../fixtures/fleet/fields.ts";
import { type Origin, startOrigin } from "../../fixtures/origin/index.ts";
import type { ReportJson } from "../../fixtures/reports/reports.ts";
import { cacheUrl } from "../../precache/transfer/cache-url.ts";
import type { Dice } from "../histories/dice.ts";
import type { Book } from "./book.ts";
import { WARMED_PATH } from "./warming.ts";
import type { WorldClock } from "./world-clock.ts";

const SERVER_COLUMNS = new Set(FLEET_FIELDS.flatMap(({ column, in1012 }) => (in1012 ? [column.slice(1)] : [])));
const ANSWER_MS = 5000;
/** Older logs that are kept. */
const ROTATED = 9;

export interface CachesSetup {
  readonly folder: string;
  readonly clock: WorldClock;
  readonly book: Book;
  readonly dice: Dice;
  /** Whether the cache here begins as that of macOS Server. */
  readonly macOsServer?: boolean;
}

/** A cache that sends its reports until they are taken. */
class Sender {
  readonly #waiting: ReportJson[] = [];

  post(report: ReportJson): void {
    this.#waiting.push(report);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Sends what waits, oldest first, until one is not taken. */
  async send(target: string): Promise<void> {
    for (let report = this.#waiting[0]; report !== undefined; report = this.#waiting[0]) {
      if (!(await taken(target, report))) return;
      this.#waiting.shift();
    }
  }
}

async function taken(target: string, report: ReportJson): Promise<boolean> {
  try {
    const answer = await fetch(target, {
      ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(report) },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.arrayBuffer();
    return answer.status === 202;
  } catch {
    return false;
  }
}

/** Something is served, by every way there is. */
function count(counters: Counters, dice: Dice): void {
  for (const column of COUNTED) if (dice.next() < 0.3) counters.add(column, 1 + Math.floor(dice.next() * 1e6));
}

/** What macOS Server knew of. */
function countedByServer(delta: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...delta].filter(([column]) => SERVER_COLUMNS.has(column)));
}

export class LocalCache {
  static readonly server = "cache1";
  readonly #setup: CachesSetup;
  readonly #cache: ContentCache;
  readonly #origin: Origin;
  readonly #sender = new Sender();
  readonly statusPath: string;
  /** Whether it is that of macOS Server, which counts less and sends no reports. */
  #isServer: boolean;

  private constructor(setup: CachesSetup, origin: Origin, cache: ContentCache) {
    this.#setup = setup;
    this.#origin = origin;
    this.#cache = cache;
    this.statusPath = join(setup.folder, "status.json");
    this.#isServer = setup.macOsServer ?? false;
  }

  static async start(setup: CachesSetup): Promise<LocalCache> {
    const origin = await startOrigin();
    const cache = await startContentCache({
      ...{ origin: origin.url, folder: join(setup.folder, "cache"), hostname: `${LocalCache.server}.local` },
      nowMs: setup.clock.now,
      macOsServer: setup.macOsServer ?? false,
    });
    return new LocalCache(setup, origin, cache);
  }

  get cache(): ContentCache {
    return this.#cache;
  }

  get waiting(): number {
    return this.#sender.waiting;
  }

  /** Bytes that the origin has given of files that are warmed. */
  get warmedByOrigin(): number {
    const asked = this.#origin.requests.filter(({ path }) => path.startsWith(WARMED_PATH));
    return asked.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** A minute of work ends: the row, the status, the report. */
  async minute(): Promise<void> {
    const { clock, book, dice } = this.#setup;
    await this.#devicesAsk();
    count(this.#cache.counters, dice);
    const all = this.#cache.counters.peek();
    const delta = this.#isServer ? countedByServer(all) : all;
    const timeMs = Math.floor(clock.now() / 1000) * 1000;
    this.#cache.flush(timeMs);
    if (all.size > 0) {
      book.write(LocalCache.server, { timeMs, periodSeconds: 60, delta });
      if (!this.#isServer) this.#sender.post(this.#cache.report(clock.now()));
    }
    // whole, as a command answers: a collector may look at any moment
    await writeFile(`${this.statusPath}.new`, this.#cache.status());
    renameSync(`${this.statusPath}.new`, this.statusPath);
  }

  get isServer(): boolean {
    return this.#isServer;
  }

  /** A later macOS goes on with what it finds. */
  async upgradeMacOs(): Promise<void> {
    this.#isServer = false;
    await this.#cache.upgradeMacOs();
  }

  async send(target: string): Promise<void> {
    await this.#sender.send(target);
  }

  /** As `newsyslog` does; the cache goes on in a new file. */
  rotateLog(): void {
    const { logPath } = this.#cache;
    for (let n = ROTATED - 1; n >= 0; n--) {
      if (existsSync(`${logPath}.${n}`)) renameSync(`${logPath}.${n}`, `${logPath}.${n + 1}`);
    }
    if (existsSync(logPath)) renameSync(logPath, `${logPath}.0`);
  }

  /** An empty database is there in its place. */
  async replaceDatabase(): Promise<void> {
    await this.#cache.replaceDatabase();
  }

  async #devicesAsk(): Promise<void> {
    for (let n = this.#setup.dice.next() * 3; n > 0; n--) {
      const file = `http://swcdn.apple.com/content/downloads/0/${Math.floor(this.#setup.dice.next() * 9)}.pkg`;
      // a cache that empties itself meanwhile cuts it off
      const answer = await fetch(cacheUrl(this.#cache.url, file));
      await answer.arrayBuffer().catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    await this.#cache.stop();
    await this.#origin.stop();
  }
}

export class RemoteCache {
  static readonly server = "cache2";
  readonly #setup: CachesSetup;
  readonly #counters = new Counters();
  readonly #sender = new Sender();

  constructor(setup: CachesSetup) {
    this.#setup = setup;
  }

  get waiting(): number {
    return this.#sender.waiting;
  }

  /** A minute of work ends: it writes its report. */
  minute(): void {
    const { clock, book, dice } = this.#setup;
    count(this.#counters, dice);
    const delta = this.#counters.take();
    if (delta === undefined) return;
    const row: CountedRow = { timeMs: Math.floor(clock.now() / 1000) * 1000, periodSeconds: 60, delta };
    book.write(RemoteCache.server, row);
    this.#sender.post(
      managementReport(
        {
          ...{
            guid: "0D9C0E5E-7D8E-4B0C-9C51-3C1B5F5D2A10",
            hostname: `${RemoteCache.server}.local`,
            port: 49_000,
            row,
          },
          ...{ active: true, usedBytes: 5e9, limitBytes: 5e10, heldBytes: [5e9], clients: ["10.0.0.9"], connected: 1 },
        },
        clock.now(),
      ),
    );
  }

  async send(target: string): Promise<void> {
    await this.#sender.send(target);
  }
}
