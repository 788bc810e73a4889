/**
 * A world: two stand-in caches, larder as an admin runs it beside them, two real databases behind lines that can be cut, somebody
 * to notify, and a clock for all of it.
 *
 * @module
 */
import { statSync, writeFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type InfluxEngine, startInflux, startVictoria, type VictoriaEngine } from "../../fixtures/engines.ts";
import { Dice } from "../histories/dice.ts";
import { Book } from "./book.ts";
import { newerBuild } from "./builds.ts";
import { LocalCache, RemoteCache } from "./caches.ts";
import { Gate } from "./gate.ts";
import { LaterFormat } from "./later-format.ts";
import { lookAt } from "./live-page.ts";
import { Notified } from "./notified.ts";
import { LARDER, Program } from "./program.ts";
import { settingsOf } from "./settings.ts";
import { SlowDisk } from "./slow-disk.ts";
import { SmallDisk } from "./small-disk.ts";
import { Warming } from "./warming.ts";
import { WorldClock } from "./world-clock.ts";

/** Its own: the boards show whatever a database has, that of another world included. */
export interface Engines {
  readonly influx: InfluxEngine;
  readonly victoria: VictoriaEngine;
}

/** What a world begins with. */
export interface WorldPlan {
  readonly seed: number;
  readonly startMs: number;
  readonly zone: string;
  /** Whether the disk of the state folder is to be one that can be filled. */
  readonly smallDisk?: boolean;
  /** Whether the cache here is that of macOS Server at first. */
  readonly macOsServer?: boolean;
}

type ProgramName = "collector" | "receiver" | "page";

interface Parts {
  readonly plan: WorldPlan;
  readonly folder: string;
  readonly engines: Engines;
  readonly gates: Readonly<Record<keyof Engines, Gate>>;
  readonly notified: Notified;
  readonly clock: WorldClock;
  readonly book: Book;
  readonly local: LocalCache;
  readonly remote: RemoteCache;
  readonly disk: SmallDisk | undefined;
}

const MINUTE_MS = 60_000;
/** Real time of a tick: a pass of the collector is due each second. */
export const TICK_MS = 300;
/** Somebody looks at the live page each so many ticks. */
const TICKS_OF_A_LOOK = 4;
/** The longest a look may take to come. */
const LOOK_MS = 60_000;

export class World {
  readonly plan: WorldPlan;
  readonly stateDir: string;
  readonly database: string;
  readonly config: string;
  readonly engines: Engines;
  readonly gates: Parts["gates"];
  readonly notified: Notified;
  readonly clock: WorldClock;
  readonly book: Book;
  readonly local: LocalCache;
  readonly remote: RemoteCache;
  /** The state folder's, where it is one of a few megabytes. */
  readonly disk: SmallDisk | undefined;
  readonly collector: Program;
  readonly receiver: Program;
  readonly page: Program;
  readonly slowDisk: SlowDisk;
  readonly warming: Warming;
  readonly laterFormat: LaterFormat;
  /** Programs that are not started again for now. */
  readonly away = new Set<ProgramName>();
  readonly #folder: string;
  /** The program that starts next. */
  build = LARDER;
  #newer: string | undefined;
  #changes = 0;
  #ticks = 0;
  #turn: Promise<void> = Promise.resolve();
  #sending: Promise<void> = Promise.resolve();

  private constructor(parts: Parts) {
    const { plan, folder } = parts;
    this.plan = plan;
    this.#folder = folder;
    this.stateDir = join(folder, "state");
    this.config = join(folder, "larder.json");
    this.database = `torture${plan.seed}`;
    this.engines = parts.engines;
    this.gates = parts.gates;
    this.notified = parts.notified;
    this.clock = parts.clock;
    this.book = parts.book;
    this.local = parts.local;
    this.remote = parts.remote;
    this.disk = parts.disk;
    this.laterFormat = new LaterFormat(this.stateDir);
    this.slowDisk = new SlowDisk(join(folder, "disk"));
    this.warming = new Warming({
      ...{ folder, config: this.config, environment: this.#environment(), cache: this.local.cache },
      dice: new Dice(plan.seed + 2),
    });
    this.collector = this.#program("collector", ["collect"]);
    this.receiver = this.#program("receiver", ["receive", "--port", "0", "--json"]);
    this.page = this.#program("page", ["serve", "--port", "0", "--json"]);
  }

  static async open(plan: WorldPlan, folder: string): Promise<World> {
    const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
    const engines: Engines = { influx, victoria };
    const clock = new WorldClock(join(folder, "clock"), plan.startMs);
    const book = new Book();
    const dice = new Dice(plan.seed + 1);
    const caches = { folder, clock, book, dice };
    const stateDir = join(folder, "state");
    await mkdir(stateDir);
    const disk = plan.smallDisk === true ? SmallDisk.over(stateDir) : undefined;
    const world = new World({
      ...{ plan, folder, engines, clock, book, disk },
      gates: { influx: await Gate.to(engines.influx.url), victoria: await Gate.to(engines.victoria.url) },
      notified: await Notified.start(),
      local: await LocalCache.start({ ...caches, macOsServer: plan.macOsServer ?? false }),
      remote: new RemoteCache(caches),
    });
    await engines.influx.createDatabase(world.database);
    return world;
  }

  /** Starts everything, and waits until the receiver answers. */
  async start(): Promise<void> {
    this.#writeSettings();
    this.startAll();
    await this.receiver.url();
  }

  /** One after the other: two faults cannot both start a server again. */
  async alone(work: () => Promise<void>): Promise<void> {
    const before = this.#turn;
    this.#turn = before.catch(() => undefined).then(work);
    await this.#turn;
  }

  /** An admin adds a tag and starts the collector again. */
  async changeSettings(): Promise<void> {
    this.#changes++;
    this.#writeSettings();
    await this.collector.stop();
  }

  /** Everything goes on as another build, where it runs. */
  async changeBuild(newer: boolean): Promise<void> {
    this.#newer ??= newerBuild(join(this.#folder, "newer"));
    this.build = newer ? this.#newer : LARDER;
    await Promise.all([this.collector, this.receiver, this.page].map(async (each) => await each.stop()));
  }

  /** Minutes pass, at the end of which the caches write what they did. */
  async tick(minutes: number, busy = true): Promise<void> {
    this.clock.pass(minutes * MINUTE_MS);
    if (busy) {
      await this.local.minute();
      this.remote.minute();
    }
    this.#ticks++;
    if (this.#ticks % TICKS_OF_A_LOOK === 0) void lookAt(this.page);
    await Promise.all([this.send(), sleep(TICK_MS)]);
  }

  /**
   * Resolves when another look for alerts has ended, which comes after a pass: on a busy machine one takes many ticks.
   * @returns false when none came in time
   */
  async looked(): Promise<boolean> {
    const before = this.notified.looks;
    const untilMs = performance.now() + LOOK_MS;
    while (this.notified.looks === before && performance.now() < untilMs) {
      this.startAll();
      await sleep(20);
    }
    return this.notified.looks > before;
  }

  /** The caches send what waits, where the receiver can be reached; a tick does not wait for it. */
  async send(): Promise<void> {
    const url = this.receiver.runs ? await Promise.race([this.receiver.url(), sleep(0, undefined)]) : undefined;
    if (url === undefined) return;
    const before = this.#sending;
    this.#sending = (async () => {
      await before;
      await this.local.send(url);
      await this.remote.send(url);
    })();
  }

  startAll(): void {
    for (const name of ["collector", "receiver", "page"] as const) if (!this.away.has(name)) this[name].start();
  }

  /** @param keep whether somebody will look at what is in a small disk */
  async close(keep: boolean): Promise<void> {
    const programs = [this.collector, this.receiver, this.page];
    await Promise.all(programs.map(async (each) => await each.kill()));
    await this.warming.close();

    await this.#sending;
    for (const each of programs) each.close();
    await this.local.stop();
    for (const gate of Object.values(this.gates)) gate.close();
    this.notified.close();
    if (keep && this.disk !== undefined) await copyFiles(this.stateDir, `${this.stateDir}-kept`);
    this.disk?.unmount();
    this.slowDisk.close();
    this.clock.close();
    await Promise.all([this.engines.influx.stop(), this.engines.victoria.stop()]);
  }

  #writeSettings(): void {
    writeFileSync(this.config, JSON.stringify(settingsOf(this, this.#changes)));
  }

  #program(name: string, words: readonly string[]): Program {
    return new Program({
      build: () => this.build,
      words: [...words, "--config", this.config],
      log: join(this.#folder, `${name}.log`),
      environment: this.#environment(),
      answers: words.includes("--json"),
    });
  }

  #environment(): Record<string, string> {
    return this.slowDisk.environment(this.clock.environment());
  }
}

/** Without sockets, which are locks. */
async function copyFiles(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => statSync(path).isFile() || statSync(path).isDirectory() });
}
