/**
 * The native engine over a copy of a database that SQLite cannot read in its place without leaving files there: in WAL
 * mode, with its `-wal` or `-shm` missing.
 *
 * Database and `-wal` are copied to a folder of our own under check-and-retry (on APFS a clone, which costs nothing), where
 * SQLite may recover them as it likes. The copy has no name any more as soon as it is open, so nothing of it stays whatever
 * happens. For small files the image in memory is quicker; this keeps the memory small for large ones.
 *
 * @module
 */
import { constants, rmSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SCHEMA_CHECK, type SqliteDatabase } from "../database.ts";
import { whenQuiet } from "../file/file.ts";
import type { NodeSqlite } from "../node-sqlite.ts";
import { openNativeForWriting } from "./native-database.ts";

/** Opens a private copy of a database. @throws LarderError as `readImage`, and of the temporary folder. */
export async function openPrivateCopy(sqlite: NodeSqlite, path: string, timeoutMs: number): Promise<SqliteDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "larder-copy-"));
  try {
    const copy = join(folder, "copy.db");
    await whenQuiet(path, timeoutMs, async ({ realPath, log }) => {
      await rm(`${copy}-wal`, { force: true });
      await copyFile(realPath, copy, constants.COPYFILE_FICLONE);
      if (log !== undefined) await copyFile(`${realPath}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE);
      return { copy };
    });
    const database = openNativeForWriting(sqlite, { path, realPath: copy, busyTimeoutMs: timeoutMs });
    try {
      // In rollback mode SQLite needs no file by name beside the open one.
      database.exec("PRAGMA journal_mode=DELETE");
      database.all(SCHEMA_CHECK);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
