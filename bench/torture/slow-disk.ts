/**
 * How slow the disk of a world is: its programs read it from a file of one number whenever they write, see
 * `disk-preload.mjs`.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

export class SlowDisk {
  readonly #path: string;
  readonly #file: number;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "w");
    this.become(0);
  }

  /** @param mostMs the longest that each write takes; 0: no longer than on this machine */
  become(mostMs: number): void {
    writeSync(this.#file, new Uint8Array(Float64Array.of(mostMs).buffer), 0, 8, 0);
  }

  /** What gives a Node program this disk, beside what it has. */
  environment(other: Readonly<Record<string, string>>): Record<string, string> {
    const preload = pathToFileURL(`${import.meta.dirname}/disk-preload.mjs`).href;
    const options = `${other["NODE_OPTIONS"] ?? ""} --import ${preload}`;
    return { ...other, LARDER_WORLD_DISK: this.#path, NODE_OPTIONS: options };
  }

  close(): void {
    closeSync(this.#file);
  }
}
