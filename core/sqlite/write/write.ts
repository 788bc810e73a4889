/**
 * The one way to change a database that belongs to somebody else: everything in one transaction, or nothing.
 *
 * Native: BEGIN IMMEDIATE under SQLite's own locks. Portable: see `replace.ts`; it cannot see who else has the file open,
 * so it wants the owner stopped, and refuses when it can tell that it is not.
 *
 * @module
 */

import { type Disk, realDisk } from "../../disk.ts";
import type { OpenOptions, SqliteWriter } from "../database.ts";
import { resolveDatabase } from "../file/file.ts";
import { loadNodeSqlite, type NodeSqlite } from "../node-sqlite.ts";
import { BUSY_TIMEOUT_MS, checkHeader, chooseEngine, noNative, whenUnlocked } from "../open.ts";
import type { Replaced } from "./replace.ts";
import { writer } from "./writer.ts";

export { snapshotTo } from "./snapshot.ts";

export interface WriteTransactionOptions extends OpenOptions {
  /** Where the portable engine writes; SQLite itself has its own. */
  readonly disk?: Disk;
}

/**
 * Runs `work` in a write transaction over an existing file (an empty one is a database without tables). When `work`
 * returns it is committed; when it throws nothing is changed and the error is passed on. While it waits, nothing else of
 * this process may open the file: closing it would drop the lock.
 * @throws LarderError as `openReadOnly`, `DB_READ_ONLY` when this user may not write, `DB_LOCKED`, or `DB_CHANGED` when
 * somebody else changed the file meanwhile (portable only); the database is as it was then.
 */
export async function withWriteTransaction<T>(
  path: string,
  options: WriteTransactionOptions,
  work: (database: SqliteWriter) => T | Promise<T>,
): Promise<T> {
  const timeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
  const realPath = await resolveDatabase(path);
  await checkHeader(path, realPath);
  if (chooseEngine(options) === "native") {
    const sqlite = loadNodeSqlite();
    if (sqlite === undefined) throw noNative(path);
    return await writeNative(sqlite, { path, realPath, timeoutMs }, work);
  }
  const { replaceDatabase } = await import("./replace.ts");
  return await replaceDatabase({ path, realPath, timeoutMs, disk: options.disk ?? realDisk }, work);
}

async function writeNative<T>(
  sqlite: NodeSqlite,
  { path, realPath, timeoutMs }: Omit<Replaced, "disk">,
  work: (database: SqliteWriter) => T | Promise<T>,
): Promise<T> {
  const { openNativeForWriting } = await import("../native/native.ts");
  const database = await whenUnlocked(timeoutMs, (turnMs) => {
    const opened = openNativeForWriting(sqlite, { path, realPath, busyTimeoutMs: turnMs });
    try {
      opened.begin("IMMEDIATE");
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  });
  try {
    const result = await work(writer(database));
    // Readers may keep the commit waiting; the work is done, so only the commit is tried again.
    await whenUnlocked(timeoutMs, () => database.end("COMMIT"));
    return result;
  } finally {
    // Closing rolls back what is not committed.
    database.close();
  }
}
