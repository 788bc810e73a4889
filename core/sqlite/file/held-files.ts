/**
 * Which database files the native engine has open in this process.
 *
 * POSIX drops all locks of a process on a file as soon as the process closes any descriptor of it, SQLite's locks too. So
 * while the native engine has a file open, descriptors of our own for it are closed only when it is done.
 * Source: https://www.sqlite.org/howtocorrupt.html, section 2.2.
 *
 * @module
 */
import { statSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";

interface Held {
  handles: number;
  readonly waiting: FileHandle[];
}

const held = new Map<string, Held>();

/** Notes that the native engine is about to open a file; the returned function, called once, says that it has closed it. */
export function holdFile(realPath: string): () => void {
  const { dev, ino } = statSync(realPath, { bigint: true });
  const key = `${dev}:${ino}`;
  const entry = held.get(key) ?? { handles: 0, waiting: [] };
  held.set(key, entry);
  entry.handles += 1;
  return () => {
    entry.handles -= 1;
    if (entry.handles > 0) return;
    held.delete(key);
    for (const handle of entry.waiting) void handle.close();
  };
}

/** Closes a descriptor of a database file, now or when the native engine no longer needs its locks. */
export async function closeUnlessHeld(handle: FileHandle): Promise<void> {
  const { dev, ino } = await handle.stat({ bigint: true });
  const entry = held.get(`${dev}:${ino}`);
  if (entry === undefined) await handle.close();
  else entry.waiting.push(handle);
}
