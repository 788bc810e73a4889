/**
 * What the writers of the journal ask of the disk, so that tests can let it fail, fill up and forget.
 *
 * @module
 */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { syncFolder } from "../files.ts";

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

/** The disk there is. */
export const realDisk: Disk = {
  open,
  rename,
  remove: async (path) => await rm(path, { force: true }),
  syncFolder,
};
