/**
 * Small files that must be whole or absent.
 *
 * @module
 */
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode, LarderError } from "./errors.ts";
import { openRegular } from "./regular-file.ts";

/**
 * Writes a file so that a reader, and a machine that loses power, sees either the old or the new text:
 * temporary name in the same folder, fsync, rename, fsync of the folder.
 * @param mode permission bits of the new file; 0o600 for anything that holds a secret.
 */
export async function writeAtomically(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
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

/**
 * Makes a folder and those above it, where they are missing, so that they survive a power cut. Throws the file system's
 * error.
 *
 * Node's own recursive `mkdir` never ends where a file system answers "no such file" for a new folder, as `/proc` does.
 * @param sync how the folder above a new one is synced
 */
export async function makeFolder(path: string, sync = syncFolder): Promise<void> {
  const first = await tryFolder(path, sync);
  if (first === undefined) return;
  const parent = dirname(path);
  if (errorCode(first) !== "ENOENT" || parent === path) throw first;
  if (!(await isFolder(parent))) await makeFolder(parent, sync);
  const second = await tryFolder(path, sync);
  if (second !== undefined) throw second;
}

/** Why there is still no folder; undefined when there is one. */
async function tryFolder(path: string, sync: (path: string) => Promise<void>): Promise<unknown> {
  try {
    await mkdir(path);
  } catch (error) {
    return (await isFolder(path)) ? undefined : error;
  }
  // a folder that may be entered and not read is as safe as can be
  await sync(dirname(path)).catch(() => {});
  return undefined;
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
