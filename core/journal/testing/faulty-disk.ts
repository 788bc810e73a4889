/**
 * A disk that fails on demand: a write or a sync that is refused, and forgets what it held.
 *
 * @module
 */
import { constants } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { type Disk, type DiskFile, realDisk } from "../../disk.ts";

/** What goes wrong with the next call. */
export type Fault =
  /** `fdatasync` says no once; what was written since the last one is gone. */
  | "sync forgets"
  /** The same, and the last batch it acknowledged is gone too. */
  | "sync forgets more"
  /** The same, and the kernel still shows what the disk does not have. */
  | "sync fails"
  /** `fdatasync` says no, and so does the disk when the file is to be cut. */
  | "sync and cut fail"
  /** A write takes half of it, and the next says the disk is full. */
  | "full";

export interface FaultyDisk extends Disk {
  failNext(fault: Fault): void;
}

export function faultyDisk(): FaultyDisk {
  let next: Fault | undefined;
  let cuts = true;
  const fail = (fault: Fault): boolean => {
    if (next !== fault) return false;
    next = undefined;
    return true;
  };
  return {
    ...realDisk,
    failNext: (fault) => {
      next = fault;
      cuts = fault !== "sync and cut fail";
    },
    open: async (path, flags, mode) => {
      const isCut = (flags & constants.O_APPEND) === 0;
      if (isCut && !cuts) {
        cuts = true;
        throw inputOutput();
      }
      const file = await realDisk.open(path, flags, mode);
      return isCut ? file : await faultyFile(path, file, fail);
    },
  };
}

function inputOutput(): Error {
  return Object.assign(new Error("input/output error"), { code: "EIO" });
}

async function faultyFile(path: string, file: DiskFile, fail: (fault: Fault) => boolean): Promise<DiskFile> {
  const synced = [0, (await stat(path)).size];
  return {
    writev: async (parts: readonly NodeJS.ArrayBufferView[]) => {
      if (!fail("full")) return await file.writev(parts);
      const bytes = Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
      await file.writev([bytes.subarray(0, bytes.length >> 1)]);
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    },
    datasync: async () => {
      const forgets = fail("sync forgets") ? 1 : fail("sync forgets more") ? 2 : 0;
      if (forgets > 0) await truncate(path, synced.at(-forgets));
      if (forgets > 0 || fail("sync fails") || fail("sync and cut fail")) throw inputOutput();
      await file.datasync();
      synced.push((await stat(path)).size);
    },
    truncate: async (size) => await file.truncate(size),
    close: async () => await file.close(),
  } as DiskFile;
}
