/**
 * One history, played: its database changes step by step while larder collects, is killed, meets a live writer or a server
 * that crashes; at the end the numbers of larder are compared with those of the book.
 *
 * @module
 */
import { execFile, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type InfluxEngine, nodeBinary, type VictoriaEngine } from "../../fixtures/engines.ts";
import { Dice } from "./dice.ts";
import { World } from "./world.ts";

export const LARDER = join(import.meta.dirname, "../../dist/larder.js");
const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC", "Australia/Lord_Howe"];
/** Both changes of the clocks, a leap day and New Year lie within some days of one of these. */
const STARTS = ["2023-03-24", "2023-10-27", "2024-02-27", "2024-12-29", "2023-06-10"];
const TAGS = [{}, { site_name: "Hill School" }, { site_name: "Oak, Road = 1", region: "North\\" }];

/** What a history runs against. */
export interface Engines {
  readonly influx: InfluxEngine;
  readonly victoria: VictoriaEngine;
}

/** One history: its folder, its settings, and the runs of larder over it. */
export class History {
  readonly #seed: number;
  readonly #dice: Dice;
  readonly #engines: Engines;
  readonly #folder: string;
  readonly #world = new World();
  /** The zone the days of roll-ups began in, which those of the past keep. */
  readonly #zone: string;
  #zoneNow: string;
  readonly steps: string[] = [];
  #tags: Readonly<Record<string, string>> = {};
  #path = "";
  #old = false;

  constructor(seed: number, folder: string, engines: Engines) {
    this.#seed = seed;
    this.#dice = new Dice(seed);
    this.#folder = folder;
    this.#engines = engines;
    this.#zone = this.#dice.pick(ZONES);
    this.#zoneNow = this.#zone;
  }

  get #database(): string {
    return `h${this.#seed}`;
  }

  /** Plays the history and returns what is wrong. */
  async play(steps: number): Promise<string[]> {
    const dice = this.#dice;
    this.#old = dice.next() < 0.5;
    await this.#engines.influx.createDatabase(this.#database);
    const wal = dice.next() < 0.5;
    const start = Date.parse(`${dice.pick(STARTS)}T18:00:00Z`) / 1000;
    const world = { seed: this.#seed, folder: this.#folder, generation: this.#old ? "old" : "new", wal, start };
    this.#path = String((await this.#world.ask({ do: "create", ...world, key: dice.next() < 0.7 }))["path"]);
    this.#note(`${world.generation} database, ${wal ? "WAL" : "rollback journal"}, ${this.#zone}`);
    try {
      await this.#world.ask({ do: "append", minutes: 200 });
      await this.#collect();
      for (let step = 0; step < steps; step++) await this.#step();
      await this.#world.ask({ do: "append", minutes: 3 });
      // the second sends again what a crashed server may have lost, and closes what the first left open
      await this.#collect();
      await this.#collect();
      return await this.#verify();
    } finally {
      this.#world.end();
    }
  }

  async #step(): Promise<void> {
    const step = this.#dice.pick(STEPS);
    await step(this.acting);
  }

  /** What a step may do. */
  readonly acting = {
    world: async (does: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> => {
      this.#note(does);
      await this.#world.ask({ do: does, ...more });
    },
    collect: async (): Promise<void> => await this.#collect(),
    dice: (): Dice => this.#dice,
    killed: async (): Promise<void> => {
      this.#note("kill -9");
      await this.#larder(["collect", "--once"], { killAfterMs: 30 + this.#dice.next() * 600 });
    },
    live: async (): Promise<void> => {
      this.#note("live writer");
      const milliseconds = 400 + Math.floor(this.#dice.next() * 800);
      await Promise.all([this.#world.ask({ do: "live", milliseconds }), this.#collect()]);
    },
    retag: (): void => {
      this.#tags = this.#dice.pick(TAGS);
      this.#note("other tags");
    },
    rezone: (): void => {
      this.#zoneNow = this.#dice.pick(ZONES);
      this.#note(`time zone ${this.#zoneNow}`);
    },
    crash: async (which: keyof Engines): Promise<void> => {
      this.#note(`${which} crashes`);
      await this.#engines[which].restart();
    },
  };

  #note(step: string): void {
    this.steps.push(step);
  }

  async #collect(): Promise<void> {
    const { code, output } = await this.#larder(["collect", "--once"]);
    if (code !== 0 && code !== 3) throw new Error(`larder collect ended with ${code}: ${output}`);
  }

  /** Runs larder under any of the Nodes. */
  async #larder(words: readonly string[], { killAfterMs }: { killAfterMs?: number } = {}) {
    const config = join(this.#folder, "larder.json");
    await writeFile(config, JSON.stringify(this.#settings()));
    const node = this.#dice.pick([
      process.execPath,
      nodeBinary(22) ?? process.execPath,
      nodeBinary(24) ?? process.execPath,
    ]);
    const child = spawn(node, [LARDER, ...words, "-c", config], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    clearTimeout(timer);
    return { code, output: words.includes("--json") ? output : output + complaint };
  }

  #settings(): unknown {
    const source = { path: this.#path };
    return {
      server: `s${this.#seed}`,
      stateDir: join(this.#folder, "state"),
      timezone: this.#zoneNow,
      tags: this.#tags,
      passSeconds: 60,
      // the world is years old, and the journal is to keep all of it for the comparison
      journal: { keepDays: 36_500 },
      sources: {
        metricsSqlite: this.#old ? source : { enabled: false },
        metricsDb: this.#old ? { enabled: false } : source,
        managerStatus: { enabled: false },
      },
      sinks: [
        { name: "influx", type: "influx1", url: this.#engines.influx.url, database: this.#database },
        { name: "victoria", type: "victoriametrics", url: this.#engines.victoria.url },
      ],
    };
  }

  async #verify(): Promise<string[]> {
    const words = ["history", "--json", "--by", "day", "--from", "2020-01-01", "--to", "2026-01-01"];
    const { code, output } = await this.#larder(words);
    if (code !== 0) return [`larder history ended with ${code}: ${output}`];
    const { rows } = JSON.parse(output) as { rows: { day: string; served: number }[] };
    await this.#engines.victoria.flush();
    const question = {
      folder: this.#folder,
      stateDir: join(this.#folder, "state"),
      zone: this.#zone,
      influx: { url: this.#engines.influx.url, database: this.#database },
      victoria: { url: this.#engines.victoria.url, server: `s${this.#seed}` },
      historyZone: this.#zoneNow,
      history: rows.map(({ day, served }) => ({ day, served: Number(served) })),
    };
    const { stdout } = await promisify(execFile)(
      "python3",
      [join(import.meta.dirname, "verify.py"), JSON.stringify(question)],
      {
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    return JSON.parse(stdout) as string[];
  }
}

type Acting = History["acting"];

/** The steps, drawn evenly; what removes rows has them collected first. */
const STEPS: readonly ((acting: Acting) => Promise<void> | void)[] = [
  async ({ world, collect, dice }) => {
    await world("append", { minutes: 5 + Math.floor(dice().next() * 300) });
    await collect();
  },
  async ({ world, killed }) => {
    await world("append", { minutes: 400 });
    await killed();
  },
  async ({ world, collect }) => {
    await collect();
    await world("purge");
  },
  async ({ world, collect }) => {
    await collect();
    await world("reset");
  },
  async ({ world }) => await world("backup"),
  async ({ world, collect }) => {
    await collect();
    await world("restore");
  },
  async ({ world, collect }) => {
    await collect();
    await world("restore");
    await world("append", { minutes: 60 });
    await collect();
  },
  async ({ world, collect }) => {
    await world("vacuum");
    await collect();
  },
  async ({ world, collect }) => {
    await world("change_columns");
    await collect();
  },
  async ({ world, collect }) => {
    await collect();
    await world("renumber");
    await collect();
  },
  async ({ live }) => await live(),
  ({ retag }) => retag(),
  ({ rezone }) => rezone(),
  async ({ crash }) => await crash("influx"),
  async ({ crash, dice }) => {
    if (dice().next() < 0.5) await crash("victoria");
  },
];
