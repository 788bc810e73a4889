/**
 * Somebody warms the cache of a world from a list that grows: a run is killed in the middle, and later ones go on.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContentCache } from "../../fixtures/content-cache/index.ts";
import type { Dice } from "../histories/dice.ts";
import { Program } from "./program.ts";

/** Bytes of each file. */
export const FILE_BYTES = 40_000;
/** Files that are fetched at a time. */
export const AT_A_TIME = 2;
/** Begins the path of every file that is warmed, and of no other. */
export const WARMED_PATH = "/warmed/";

const FILES = 8;
const LOOK_MS = 25;
const MOST_RUNS = 8;
const RUN_MS = 180_000;

export interface WarmingSetup {
  readonly folder: string;
  readonly config: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly cache: ContentCache;
  readonly dice: Dice;
}

export class Warming {
  readonly #setup: WarmingSetup;
  readonly #wanted: string[] = [];
  readonly #run: Program;
  #runs = 0;
  #killing: Promise<void> = Promise.resolve();

  constructor(setup: WarmingSetup) {
    this.#setup = setup;
    const { folder, config, environment, cache } = setup;
    this.#run = new Program({
      words: [
        ...["precache", "run", "--urls", this.#list, "--cache-server", cache.url, "--config", config],
        ...["--concurrency", String(AT_A_TIME), "--bandwidth", "300KB/s", "--quiet"],
      ],
      log: join(folder, "warming.log"),
      environment,
    });
  }

  /** Addresses of all files that were ever wanted. */
  get wanted(): readonly string[] {
    return this.#wanted;
  }

  /** How often a run was started. */
  get runs(): number {
    return this.#runs;
  }

  /** More files are wanted; the run that fetches them is killed once it has brought some of them. */
  begin(): void {
    const { dice } = this.#setup;
    const first = this.#wanted.length;
    for (let n = first; n < first + FILES; n++)
      this.#wanted.push(`https://updates.cdn-apple.com${WARMED_PATH}${FILE_BYTES}b/${n}.zip`);
    writeFileSync(this.#list, this.#wanted.map((url) => `${url} ${FILE_BYTES}\n`).join(""));
    this.#start();
    this.#killing = this.#killOnce(this.#wanted.slice(first), 1 + Math.floor(dice.next() * (FILES - 2)));
  }

  /** The run is killed, however far it has come, and another one begins. */
  async again(): Promise<void> {
    await this.#run.kill();
    await this.#killing;
    this.#start();
  }

  /** Runs until everything is there. @returns what goes wrong */
  async finish(): Promise<string[]> {
    if (this.#wanted.length === 0) return [];
    await this.#killing;
    // the one under way may have looked before the cache was wiped
    await this.#ended();
    let code: number | undefined;
    for (let run = 0; run < MOST_RUNS && code !== 0; run++) {
      this.#start();
      code = await this.#ended();
    }
    if (code !== 0) return [`warming: its last run ended with ${code}`];
    const { cache } = this.#setup;
    return this.#wanted.flatMap((url) =>
      cache.held(url) === FILE_BYTES ? [] : [`warming: the cache holds ${cache.held(url)} bytes of ${url}`],
    );
  }

  async close(): Promise<void> {
    await this.#run.kill();
    this.#run.close();
  }

  get #list(): string {
    return join(this.#setup.folder, "wanted.txt");
  }

  /** Waits for the end of a run. @returns its code; undefined where none runs, or too long */
  async #ended(): Promise<number | undefined> {
    return await Promise.race([this.#run.ended(), sleep(RUN_MS, undefined, { ref: false })]);
  }

  #start(): void {
    if (this.#run.runs) return;
    this.#runs++;
    this.#run.start();
  }

  async #killOnce(urls: readonly string[], files: number): Promise<void> {
    const there = (): number => urls.filter((url) => this.#setup.cache.held(url) === FILE_BYTES).length;
    while (this.#run.runs && there() < files) await sleep(LOOK_MS);
    await this.#run.kill();
  }
}
