/**
 * A disk whose user is killed at a chosen step: everything done there before is kept.
 *
 * @module
 */
import { type Disk, type DiskFile, realDisk } from "../../disk.ts";

export class Crash extends Error {}

/** @param after the step that is not taken any more, from 0 */
export function crashingDisk(after: number): Disk {
  let steps = 0;
  const step = async <T>(act: () => Promise<T>): Promise<T> => {
    if (steps >= after) throw new Crash("the machine has stopped");
    steps++;
    return await act();
  };
  return {
    open: async (path, flags, mode) => {
      const file = await step(async () => await realDisk.open(path, flags, mode));
      return {
        writev: async (parts: readonly NodeJS.ArrayBufferView[]) => await step(async () => await file.writev(parts)),
        datasync: async () => await step(async () => await file.datasync()),
        truncate: async (size) => await step(async () => await file.truncate(size)),
        close: async () => await file.close(),
      } as DiskFile;
    },
    rename: async (from, to) => await step(async () => await realDisk.rename(from, to)),
    link: async (from, to) => await step(async () => await realDisk.link(from, to)),
    remove: async (path) => await step(async () => await realDisk.remove(path)),
    syncFolder: async (path) => await step(async () => await realDisk.syncFolder(path)),
  };
}
