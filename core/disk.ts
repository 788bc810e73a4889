/**
 * What those who write ask of the disk, so that tests can let it fail, fill up and forget.
 *
 * @module
 */
import { type FileHandle, link, open, rename, rm } from "node:fs/promises";

/** An open file. */
export type DiskFile = Pick<FileHandle, "writev" | "datasync" | "truncate" | "close">;

export interface Disk {
  /** @param flags of `open(2)` */
  open(path: string, flags: number, mode?: number): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name, which must be free. */
  link(from: string, to: string): Promise<void>;
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

/** Writes all of some bytes behind what a file holds: in one write, and the rest of it where the disk takes a part. */
export async function writeAll(file: DiskFile, ...parts: Uint8Array[]): Promise<void> {
  for (let rest = parts; rest.some(({ length }) => length > 0); ) {
    const { bytesWritten } = await file.writev(rest);
    rest = after(rest, bytesWritten);
  }
}

/** What is left of some parts behind their first bytes. */
function after(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let passed = 0;
  return parts.map((part) => {
    const left = part.subarray(Math.max(0, bytes - passed));
    passed += part.length;
    return left;
  });
}

/** The disk there is. */
export const realDisk: Disk = {
  open,
  rename,
  link,
  remove: async (path) => await rm(path, { force: true }),
  syncFolder,
};
