/**
 * A disk whose machine stops at a chosen step: killed, with everything that was done there afterwards, or without
 * power, with nothing that was not synced.
 *
 * @module
 */
import { link, readFile, rename, rm, truncate } from "node:fs/promises";
import { type Disk, type DiskFile, realDisk } from "../disk.ts";

export class Crash extends Error {}

export interface CrashingDisk extends Disk {
  /** Steps taken so far. */
  readonly steps: number;
  /** What a machine without power finds when it starts again. */
  loseUnsynced(): Promise<void>;
}

/** @param after the step that is not taken any more, from 0 */
export function crashingDisk(after: number): CrashingDisk {
  let steps = 0;
  /** Takes back what was done in folders since they were synced, the newest first. */
  let undo: (() => Promise<void>)[] = [];
  /** Files written to and not synced, with the size they had. */
  const dirty = new Map<string, number>();
  const step = async <T>(act: () => Promise<T>): Promise<T> => {
    if (steps >= after) throw new Crash("the machine has stopped");
    steps++;
    return await act();
  };
  const watched = (path: string, file: DiskFile): DiskFile =>
    ({
      writev: async (parts: readonly NodeJS.ArrayBufferView[]) => {
        if (!dirty.has(path)) dirty.set(path, (await readFile(path)).length);
        return await step(async () => await file.writev(parts));
      },
      datasync: async () => {
        await step(async () => await file.datasync());
        dirty.delete(path);
      },
      truncate: async (size: number) => await step(async () => await file.truncate(size)),
      close: async () => await file.close(),
    }) as DiskFile;
  return {
    get steps() {
      return steps;
    },
    open: async (path, flags, mode) => {
      const file = await step(async () => await realDisk.open(path, flags, mode));
      return watched(path, file);
    },
    rename: async (from, to) => {
      await step(async () => await rename(from, to));
      undo.unshift(async () => await rename(to, from));
    },
    remove: async (path) => {
      const kept = `${path}.kept`;
      await step(async () => {
        await link(path, kept).catch(() => {});
        await rm(path, { force: true });
      });
      undo.unshift(async () => await rename(kept, path).catch(() => {}));
    },
    syncFolder: async (path) => {
      await step(async () => await realDisk.syncFolder(path));
      undo = [];
    },
    loseUnsynced: async () => {
      for (const act of undo) await act();
      for (const [path, size] of dirty) await truncate(path, size).catch(() => {});
    },
  };
}
