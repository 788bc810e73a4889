/**
 * What those who write ask of the disk, so that tests can let it fail, fill up and forget.
 *
 * @module
 */
import { type FileHandle, open, rename, rm } from "node:fs/promises";

/** An open file. */
export type DiskFile = Pick<FileHandle, "writev" | "datasync" | "truncate" | "close">;

export interface Disk {
  /** @param flags of `open(2)` */
  open(path: string, flags: number, mode?: number): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; one that is gone already is fine. */
  remove(path: string): Promise<void>;
  /** Makes what was created, renamed or removed in a folder survive a power cut. */
  syncFolder(path: string): Promise<void>;
}

/** Makes a rename, creation or removal in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Writes all of some bytes behind what a file holds. */
export async function writeAll(file: DiskFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.writev([bytes.subarray(at)])).bytesWritten;
}

/** The disk there is. */
export const realDisk: Disk = {
  open,
  rename,
  remove: async (path) => await rm(path, { force: true }),
  syncFolder,
};
