/**
 * A disk that writes down each step taken in one folder and those in it, for `crash-states.ts`, and whose sync can fail as
 * a kernel's does: once, and then say yes again without the bytes it dropped.
 *
 * @module
 */
import { constants } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { type Disk, type DiskFile, realDisk } from "../disk.ts";
import type { DiskStep, FolderContent } from "./crash-states.ts";

export interface RecordingDisk extends Disk {
  readonly before: FolderContent;
  readonly steps: readonly DiskStep[];
  /** Lets the next sync of a file say no, or the one after so many more. */
  failNextSync(after?: number): void;
  /** The same for syncs of folders. */
  failNextFolderSync(after?: number): void;
  /** Syncs of files so far, those that said no among them. */
  readonly syncs: number;
  /** Syncs of folders so far, likewise. */
  readonly folderSyncs: number;
}

/** @param folder what it records; it begins with what is there. */
export async function recordingDisk(folder: string): Promise<RecordingDisk> {
  const before = await folderContent(folder);
  const recorder = new Recorder(folder, before);
  return {
    before,
    steps: recorder.steps,
    get syncs() {
      return recorder.syncs;
    },
    get folderSyncs() {
      return recorder.folderSyncs;
    },
    failNextSync: (after = 0) => {
      recorder.failing = recorder.syncs + after;
    },
    failNextFolderSync: (after = 0) => {
      recorder.failingFolder = recorder.folderSyncs + after;
    },
    open: async (path, flags, mode) => {
      if ((flags & constants.O_CREAT) === 0) await recorder.learn(path);
      const handle = await realDisk.open(path, flags, mode);
      const file = recorder.fileOf(path);
      if (flags & constants.O_TRUNC) recorder.steps.push({ kind: "truncate", file, size: 0 });
      return recorded(handle, { file, path, recorder });
    },
    rename: async (from, to) => {
      await recorder.learn(from);
      await realDisk.rename(from, to);
      recorder.moved("rename", from, to);
    },
    link: async (from, to) => {
      await recorder.learn(from);
      await realDisk.link(from, to);
      recorder.moved("link", from, to);
    },
    remove: async (path) => {
      await realDisk.remove(path);
      recorder.removed(path);
    },
    syncFolder: async (path) => {
      const folder = recorder.nameOf(path);
      if (!recorder.syncFolder()) {
        recorder.steps.push({ kind: "failed folder sync", folder });
        throw ioError();
      }
      await realDisk.syncFolder(path);
      recorder.steps.push({ kind: "sync folder", folder });
    },
  };
}

/** The files of a folder by number, and what was done with them. */
class Recorder {
  readonly steps: DiskStep[] = [];
  syncs = 0;
  /** Number of the sync that says no. */
  failing = -1;
  folderSyncs = 0;
  failingFolder = -1;
  readonly #folder: string;
  readonly #numbers: Map<string, number>;
  #files: number;

  constructor(folder: string, before: FolderContent) {
    this.#folder = folder;
    this.#numbers = new Map([...before.keys()].map((name, i) => [name, i]));
    this.#files = this.#numbers.size;
  }

  nameOf(path: string): string {
    return relative(this.#folder, path) || ".";
  }

  /** The number of a file; one that is new is created. */
  fileOf(path: string): number {
    const name = this.nameOf(path);
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const file = this.#files++;
    this.#numbers.set(name, file);
    this.steps.push({ kind: "create", file, name });
    return file;
  }

  /** A file that somebody else wrote, such as SQLite: nobody knows it to be synced. */
  async learn(path: string): Promise<void> {
    if (this.#numbers.has(this.nameOf(path))) return;
    const bytes = await readFile(path);
    this.steps.push({ kind: "write", file: this.fileOf(path), at: 0, bytes });
  }

  moved(kind: "rename" | "link", from: string, to: string): void {
    const [old, name] = [this.nameOf(from), this.nameOf(to)];
    this.#numbers.set(name, this.#numbers.get(old) ?? Number.NaN);
    if (kind === "rename") this.#numbers.delete(old);
    this.steps.push({ kind, from: old, to: name });
  }

  removed(path: string): void {
    const name = this.nameOf(path);
    this.#numbers.delete(name);
    this.steps.push({ kind: "remove", name });
  }

  /** Whether this sync says yes. */
  sync(): boolean {
    return this.syncs++ !== this.failing;
  }

  syncFolder(): boolean {
    return this.folderSyncs++ !== this.failingFolder;
  }
}

function ioError(): Error {
  return Object.assign(new Error("input/output error"), { code: "EIO" });
}

interface Recorded {
  readonly file: number;
  readonly path: string;
  readonly recorder: Recorder;
}

function recorded(handle: DiskFile, { file, path, recorder }: Recorded): DiskFile {
  const { steps } = recorder;
  return {
    writev: async (parts: readonly NodeJS.ArrayBufferView[]) => {
      // every writer appends
      const at = (await stat(path)).size;
      const bytes = Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
      const written = await handle.writev(parts);
      steps.push({ kind: "write", file, at, bytes: bytes.subarray(0, written.bytesWritten) });
      return written;
    },
    datasync: async () => {
      if (!recorder.sync()) {
        steps.push({ kind: "failed sync", file });
        throw ioError();
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

/** The files of a folder and of those in it, locks apart. */
export async function folderContent(folder: string): Promise<FolderContent> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile() && !basename(entry.name).startsWith("lock"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return new Map(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}
