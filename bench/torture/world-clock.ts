/**
 * The clock of a world: real time flows in it, and its maker lets hours pass at once. Programs of the world read it from a
 * file of two numbers, how far their clock and their steady time are ahead of the machine's.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

export class WorldClock {
  readonly #path: string;
  readonly #file: number;
  readonly #offsets: Float64Array;

  constructor(path: string, startMs: number) {
    this.#path = path;
    this.#file = openSync(path, "w");
    this.#offsets = Float64Array.of(startMs - Date.now(), 0);
    this.#write();
  }

  /** What the clock on the wall shows, in Unix milliseconds. */
  readonly now = (): number => Math.floor(Date.now() + (this.#offsets[0] ?? 0));

  /** Time passes, as for a computer that slept. */
  pass(ms: number): void {
    this.#move(ms, ms);
  }

  /** Somebody sets the clock: no time passes. */
  set(byMs: number): void {
    this.#move(byMs, 0);
  }

  /** What gives a Node program this clock. */
  environment(): Record<string, string> {
    const preload = pathToFileURL(`${import.meta.dirname}/clock-preload.mjs`).href;
    return { LARDER_WORLD_CLOCK: this.#path, NODE_OPTIONS: `--import ${preload}` };
  }

  close(): void {
    closeSync(this.#file);
  }

  #move(wallMs: number, steadyMs: number): void {
    const [wall = 0, steady = 0] = this.#offsets;
    this.#offsets.set([wall + wallMs, steady + steadyMs]);
    this.#write();
  }

  #write(): void {
    writeSync(this.#file, new Uint8Array(this.#offsets.buffer), 0, 16, 0);
  }
}
