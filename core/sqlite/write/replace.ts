/**
 * The portable write: an image is changed in memory and takes the file's place in one rename.
 *
 * Without SQLite's locks nobody can be kept out, so: larder's own writers wait for each other (a lock in the temporary
 * folder, by the file's real path); a `-wal`, `-shm` or journal beside the file means that it is in use, and is refused;
 * and a file that changed between reading and replacing is refused, as is one that another process is seen to have open
 * (see `holders.ts`). Where that cannot be seen, a program that has the file open in rollback mode and is idle goes on with
 * the old file, which is why its owner should be stopped.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, chown, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Disk, writeAll } from "../../disk.ts";
import { errorCode, LarderError } from "../../errors.ts";
import { acquireLock, type Lock } from "../../lock.ts";
import type { SqliteWriter } from "../database.ts";
import { databaseError, fileError } from "../database-errors.ts";
import { differ, fileState, markAs, sameState } from "../file/file.ts";
import { type DatabaseImage, loadSqlJs, openImage, type PortableDatabase, readImage } from "../portable/portable.ts";
import { fileHolders } from "./holders.ts";
import { removeLeftovers } from "./leftovers.ts";
import { writer } from "./writer.ts";

const STOP_OWNER =
  "stop that program, or run larder with Node 22.16 or later, which changes it under SQLite's own locks";

/** The file that is changed: `path` is what messages call it. */
export interface Replaced {
  readonly path: string;
  readonly realPath: string;
  /** How long to wait for locks of others. */
  readonly timeoutMs: number;
  readonly disk: Disk;
}

/** Runs `work` over an image of the file, and replaces the file when it changed something. */
export async function replaceDatabase<T>(
  { path, realPath, timeoutMs, disk }: Replaced,
  work: (database: SqliteWriter) => T | Promise<T>,
): Promise<T> {
  const sqlJs = await loadSqlJs();
  const lock = await lockWriters(path, realPath, timeoutMs);
  try {
    await removeLeftovers(realPath);
    const image = await readUnused(path, realPath, timeoutMs);
    // sql.js may work in the bytes it is given.
    const database = openImage(path, sqlJs, image.bytes.slice());
    try {
      const result = await inTransaction(database, work);
      const bytes = database.export();
      if (differ(bytes, image.bytes)) {
        await waitForHolders(path, realPath, timeoutMs);
        await putInPlace({ path, realPath, disk }, bytes, image);
      }
      return result;
    } finally {
      database.close();
    }
  } finally {
    await lock.release();
  }
}

/** Runs work in a transaction of the image. When it throws the image is thrown away, so nothing needs a rollback. */
async function inTransaction<T>(
  database: PortableDatabase,
  work: (database: SqliteWriter) => T | Promise<T>,
): Promise<T> {
  database.run("BEGIN IMMEDIATE", []);
  const result = await work(writer(database));
  database.run("COMMIT", []);
  return result;
}

/** One larder at a time changes a file. The user is in the name, because a user cannot lock in another's folder. */
async function lockWriters(path: string, realPath: string, timeoutMs: number): Promise<Lock> {
  const name = createHash("sha256").update(realPath).digest("hex").slice(0, 16);
  const folder = join(tmpdir(), `larder-${process.geteuid?.() ?? 0}-${name}`);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await acquireLock(folder, `change of ${path}`);
    } catch (error) {
      if (errorCode(error) !== "LOCKED") throw error;
      if (performance.now() > deadline)
        throw databaseError(path, "another larder is changing it", { code: "DB_LOCKED", cause: error });
      await sleep(20);
    }
  }
}

/** An image of a file that nobody seems to have open. */
async function readUnused(path: string, realPath: string, timeoutMs: number): Promise<DatabaseImage> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      await refuseInUse(path, realPath);
      return await readImage(path, { timeoutMs });
    } catch (error) {
      if (errorCode(error) !== "DB_LOCKED" || performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

/** Any of these files means a change under way or a program in WAL mode, even when a reader need not care. */
async function refuseInUse(path: string, realPath: string): Promise<void> {
  for (const suffix of ["-wal", "-shm", "-journal"]) {
    const state = await fileState(realPath + suffix);
    if (state === undefined || (suffix === "-journal" && state.size === 0)) continue;
    throw new LarderError(
      `Cannot change "${path}": there is a "${suffix}" beside it: another program is using it, or one did not close it`,
      {
        code: "DB_LOCKED",
        state: "the database was not changed",
        next: `${STOP_OWNER}; if none is running: sqlite3 "${path}" 'PRAGMA wal_checkpoint(TRUNCATE)'`,
        retryable: true,
      },
    );
  }
}

/** Waits until nobody is seen to have the file open; readers of larder's own have it only for a moment. */
async function waitForHolders(path: string, realPath: string, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const [holder] = await fileHolders(realPath);
    if (holder === undefined) return;
    if (performance.now() > deadline) {
      throw new LarderError(
        `Cannot change "${path}": process ${holder.pid} (${holder.name}) has it open and would go on with the old file`,
        { code: "DB_LOCKED", state: "the database was not changed", next: STOP_OWNER, retryable: true },
      );
    }
    await sleep(20);
  }
}

/** Puts the new file in the place of the old one, for good. */
async function putInPlace(place: Omit<Replaced, "timeoutMs">, bytes: Uint8Array, image: DatabaseImage): Promise<void> {
  const { path, realPath, disk } = place;
  markAs(bytes, image.walMode, image.changeCounter + 1);
  await renameOver(place, bytes, image.state);
  try {
    await disk.syncFolder(dirname(realPath));
  } catch {
    // a later sync need not bring back the name that this one lost: it is given once more
    const placed = await fileState(realPath);
    if (placed !== undefined) await renameOver(place, bytes, placed);
    await disk.syncFolder(dirname(realPath)).catch((error: unknown) => {
      throw fileError(path, error);
    });
  }
}

/** Writes the new file beside the old one, makes sure that the old one is still as it is known, and renames. */
async function renameOver(
  { path, realPath, disk }: Omit<Replaced, "timeoutMs">,
  bytes: Uint8Array,
  known: DatabaseImage["state"],
): Promise<void> {
  const temporary = `${realPath}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeLike(realPath, { path: temporary, disk }, bytes);
    await refuseInUse(path, realPath);
    const now = await fileState(realPath);
    if (now === undefined || !sameState(now, known)) {
      throw databaseError(path, "another program changed it meanwhile", { code: "DB_CHANGED" });
    }
    await disk.rename(temporary, realPath);
  } catch (error) {
    await disk.remove(temporary);
    throw writeError(path, error);
  }
}

/** Writes a file with the owner, group and mode of another, down to the disk. */
async function writeLike(
  model: string,
  { path, disk }: { readonly path: string; readonly disk: Disk },
  bytes: Uint8Array,
): Promise<void> {
  const { uid, gid, mode } = await stat(model);
  const file = await disk.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await writeAll(file, bytes);
    const own = await stat(path);
    if (own.uid !== uid || own.gid !== gid) await chown(path, uid, gid);
    await chmod(path, mode & 0o7777);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function writeError(path: string, error: unknown): LarderError {
  const code = errorCode(error);
  // EPERM of chown: only root gives a file to its former owner
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return databaseError(path, "this user may not replace it with a file of the same owner", {
      code: "DB_READ_ONLY",
      cause: error,
    });
  }
  return fileError(path, error);
}
