/**
 * A disk of a few megabytes that can be filled: a file system in memory, where this user may mount one.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const SIZE = "48m";
const BLOCK = Buffer.alloc(65_536, 1);

const mounted = new Set<string>();
process.on("exit", () => {
  for (const folder of mounted) spawnSync("umount", ["-l", folder]);
});

export class SmallDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Mounted over a folder; undefined where that is not allowed. */
  static over(folder: string): SmallDisk | undefined {
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "none", folder]);
    if (status !== 0) return undefined;
    mounted.add(folder);
    return new SmallDisk(folder);
  }

  /** Leaves no byte. */
  fill(): void {
    const file = openSync(this.#ballast, "a");
    try {
      for (const size of [BLOCK.length, 4096, 1]) fillBy(file, BLOCK.subarray(0, size));
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    spawnSync("umount", ["-l", this.#folder]);
    mounted.delete(this.#folder);
  }

  get #ballast(): string {
    return join(this.#folder, "ballast");
  }
}

function fillBy(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
