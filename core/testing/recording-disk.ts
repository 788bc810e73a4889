/**
 * A disk that writes down each step taken in one folder, for `crash-states.ts`, and whose sync can fail as a kernel's
 * does: once, and then say yes again without the bytes it dropped.
 *
 * @module
 */
import { constants } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Disk, type DiskFile, realDisk } from "../disk.ts";
import type { DiskStep, FolderContent } from "./crash-states.ts";

export interface RecordingDisk extends Disk {
  readonly before: FolderContent;
  readonly steps: readonly DiskStep[];
  /** Lets the next sync of a file say no. */
  failNextSync(): void;
}

/** @param folder what it records; it begins with what is there. */
export async function recordingDisk(folder: string): Promise<RecordingDisk> {
  const before = await folderContent(folder);
  const numbers = new Map([...before.keys()].map((name, i) => [name, i]));
  const steps: DiskStep[] = [];
  let files = numbers.size;
  let failing = false;
  const numberOf = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, files);
    steps.push({ kind: "create", file: files, name });
    return files++;
  };
  const syncs = (): boolean => {
    const fails = failing;
    failing = false;
    return !fails;
  };
  return {
    before,
    steps,
    failNextSync: () => {
      failing = true;
    },
    open: async (path, flags, mode) => {
      const handle = await realDisk.open(path, flags, mode);
      const file = numberOf(basename(path));
      if (flags & constants.O_TRUNC) steps.push({ kind: "truncate", file, size: 0 });
      return recorded(handle, { file, path, steps, syncs });
    },
    rename: async (from, to) => {
      await realDisk.rename(from, to);
      const [old, name] = [basename(from), basename(to)];
      numbers.set(name, numbers.get(old) ?? Number.NaN);
      numbers.delete(old);
      steps.push({ kind: "rename", from: old, to: name });
    },
    remove: async (path) => {
      await realDisk.remove(path);
      numbers.delete(basename(path));
      steps.push({ kind: "remove", name: basename(path) });
    },
    syncFolder: async (path) => {
      await realDisk.syncFolder(path);
      steps.push({ kind: "sync folder" });
    },
  };
}

interface Recorded {
  readonly file: number;
  readonly path: string;
  readonly steps: DiskStep[];
  /** Whether this sync says yes. */
  readonly syncs: () => boolean;
}

function recorded(handle: DiskFile, { file, path, steps, syncs }: Recorded): DiskFile {
  return {
    writev: async (parts: readonly NodeJS.ArrayBufferView[]) => {
      // every writer of the journal appends
      const at = (await stat(path)).size;
      const bytes = Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
      const written = await handle.writev(parts);
      steps.push({ kind: "write", file, at, bytes: bytes.subarray(0, written.bytesWritten) });
      return written;
    },
    datasync: async () => {
      if (!syncs()) {
        steps.push({ kind: "failed sync", file });
        throw Object.assign(new Error("input/output error"), { code: "EIO" });
      }
      steps.push({ kind: "sync", file });
    },
    truncate: async (size) => {
      await handle.truncate(size);
      steps.push({ kind: "truncate", file, size: size ?? 0 });
    },
    close: async () => await handle.close(),
  } as DiskFile;
}

/** The files of a folder, its locks apart. */
export async function folderContent(folder: string): Promise<FolderContent> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith("lock"));
  return new Map(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}
