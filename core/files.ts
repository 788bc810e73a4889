/**
 * Small files that must be whole or absent.
 *
 * @module
 */
import { constants } from "node:fs";
import { type FileHandle, mkdir, readFile, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Disk, type DiskFile, realDisk, syncFolder, writeAll } from "./disk.ts";
import { errorCode, LarderError } from "./errors.ts";
import { openRegular } from "./regular-file.ts";

export interface WriteOptions {
  /**
   * Permission bits of a new file, less those of the umask: 0o600 for anything that holds a secret, `FOR_ALL` for what a user
   * asked for. Default: for the user and its group.
   */
  readonly mode?: number;
  readonly disk?: Disk;
}

/** What larder keeps is for its user, and for a group that reads. Nobody else may write it, whatever the umask. */
const OWN_FILE = 0o640;
const OWN_FOLDER = 0o750;

/** Of a file that a user asked for: others may read it, a web server say. */
export const FOR_ALL = 0o644;
/** Of a folder for such files. */
export const FOLDER_FOR_ALL = 0o755;

/**
 * Writes a file so that a reader, and a machine that loses power, sees either the old or the new text:
 * temporary name in the same folder, sync, rename, sync of the folder.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  { mode = OWN_FILE, disk = realDisk }: WriteOptions = {},
): Promise<void> {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    await writeSynced(await disk.open(temporary, CREATE | constants.O_EXCL, mode), content);
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.remove(temporary);
    throw error;
  }
  await disk.syncFolder(dirname(path));
}

/** Writes behind what a file holds, which need not be there yet; on disk when it returns. */
export async function appendSynced(
  path: string,
  content: Uint8Array,
  { mode = OWN_FILE, disk = realDisk }: WriteOptions = {},
): Promise<void> {
  const isNew = (await stat(path).catch(() => undefined)) === undefined;
  await writeSynced(await disk.open(path, CREATE | constants.O_APPEND, mode), content);
  try {
    await disk.syncFolder(dirname(path));
  } catch (error) {
    // a later sync need not bring back the name that this one lost
    if (isNew) await disk.remove(path);
    throw error;
  }
}

const CREATE = constants.O_WRONLY | constants.O_CREAT;

async function writeSynced(file: DiskFile, content: string | Uint8Array): Promise<void> {
  try {
    await writeAll(file, typeof content === "string" ? Buffer.from(content, "utf8") : content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

export interface FolderOptions {
  /** Permission bits of a new folder, less those of the umask. Default: for the user, and for its group to read. */
  readonly mode?: number;
  /** How the folder above a new one is synced. */
  readonly sync?: (path: string) => Promise<void>;
}

/**
 * Makes a folder and those above it, where they are missing, so that they survive a power cut. Throws the file system's
 * error.
 *
 * Node's own recursive `mkdir` never ends where a file system answers "no such file" for a new folder, as `/proc` does.
 */
export async function makeFolder(
  path: string,
  { mode = OWN_FOLDER, sync = syncFolder }: FolderOptions = {},
): Promise<void> {
  const first = await tryFolder(path, mode, sync);
  if (first === undefined) return;
  const parent = dirname(path);
  if (errorCode(first) !== "ENOENT" || parent === path) throw first;
  if (!(await isFolder(parent))) await makeFolder(parent, { mode, sync });
  const second = await tryFolder(path, mode, sync);
  if (second !== undefined) throw second;
}

/** Why there is still no folder; undefined when there is one. */
async function tryFolder(path: string, mode: number, sync: (path: string) => Promise<void>): Promise<unknown> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    return (await isFolder(path)) ? undefined : error;
  }
  try {
    await sync(dirname(path));
    return undefined;
  } catch (error) {
    // a folder that may be entered and not read is as safe as can be, as is one of a file system that syncs none
    if (["EACCES", "EPERM", "EINVAL", "ENOTSUP"].includes(errorCode(error) ?? "")) return undefined;
    // what is left behind would be taken for one that is safe; one that others have filled meanwhile is theirs
    await rmdir(path).catch(() => {});
    return error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** What a file held when it was read. */
export interface RegularFile {
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
  readonly modifiedMs: number;
}

/**
 * The bytes and permissions of a file that a user named. A pipe or a device is refused, not waited for, unless the shell
 * handed it over, as in `-c <(sops -d larder.json)`.
 * @throws LarderError `FILE_KIND`, `FILE_TOO_LARGE`; the file system's own errors pass.
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<RegularFile> {
  const { file, facts } = await openRegular(path, { handedOver: true });
  try {
    const bytes = await readUpTo(file, maxBytes);
    return { bytes, mode: facts.mode, modifiedMs: Math.floor(facts.mtimeMs) };
  } finally {
    await file.close();
  }
}

/** Reads to the end, whatever its size: files of `/proc` have 0, and a file may grow. */
async function readUpTo(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(64 * 1024) });
    if (bytesRead === 0) return Buffer.concat(parts);
    total += bytesRead;
    if (total > maxBytes) {
      throw new LarderError(`it is larger than the ${maxBytes} bytes that are read`, { code: "FILE_TOO_LARGE" });
    }
    parts.push(buffer.subarray(0, bytesRead));
  }
}

/** The bytes of a file, or undefined when there is no such file. Other failures throw. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
