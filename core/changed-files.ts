/**
 * Files that are read again when they change, so that a program need not be started again.
 *
 * @module
 */
import { stat } from "node:fs/promises";

export interface WatchedFiles {
  readonly paths: readonly string[];
  readonly everyMs: number;
  /** Called after one of them has changed; reports its own failures. */
  readonly onChange: () => Promise<void>;
}

/** Looks at the files now, and then every so often; polls, as file systems and editors differ in what they report. @returns how to stop */
export async function watchFiles({ paths, everyMs, onChange }: WatchedFiles): Promise<() => void> {
  let version = await filesVersion(paths);
  const timer = setInterval(async () => {
    const now = await filesVersion(paths);
    if (now === version) return;
    version = now;
    await onChange();
  }, everyMs).unref();
  return () => clearInterval(timer);
}

/** Changes whenever one of the files does, comes or goes. */
export async function filesVersion(paths: readonly string[]): Promise<string> {
  const stats = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return stats.map((each) => `${each?.ino}:${each?.mtimeMs}:${each?.size}`).join(" ");
}
