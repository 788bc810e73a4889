/**
 * What a reader must leave as it found it: the files of a folder, byte for byte.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder for the files of one test. */
export async function newFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "larder-sqlite-"));
}

/** Name and content hash of every file; of `-shm` only the name, because its read marks are how readers lock. */
export async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) {
    const bytes = name.endsWith("-shm") ? "" : await readFile(join(folder, name));
    found[name] = createHash("sha256").update(bytes).digest("hex");
  }
  return found;
}

/** Runs `work` as a user without rights of its own, where the tests run as root; undefined elsewhere. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}
