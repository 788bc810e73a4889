/**
 * Dated copies of the database, one before every change, the last ten kept.
 *
 * They lie in `<database>.backups/` beside it, named by the moment (UTC) they were made: names sort as time does. Owner, group
 * and mode are those of the database, for they hold the same addresses.
 *
 * @module
 */
import { constants, readdirSync, type Stats, statSync } from "node:fs";
import { chmod, chown, mkdir, readdir, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Disk, realDisk } from "../../core/disk.ts";
import { errorText, LarderError } from "../../core/errors.ts";
import type { SqliteWriter } from "../../core/sqlite/sqlite.ts";
import { snapshotTo } from "../../core/sqlite/sqlite.ts";
import type { AlertsOptions } from "../options.ts";

const BACKUP_NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.db$/;

/** Where the copies of a database lie. */
export function backupFolder(path: string): string {
  return `${path}.backups`;
}

/** Names of the copies, the newest last; none when there is no folder. */
export function listBackupNames(path: string): string[] {
  return folderNames(backupFolder(path))
    .filter((name) => BACKUP_NAME.test(name))
    .sort();
}

/**
 * Copies the database before a transaction's first change, and removes the oldest copies beyond those kept. To be called
 * under the write lock, which also makes it the only one at work in the folder.
 * @returns the path of the copy.
 * @throws LarderError `ALERTS_BACKUP`; the caller then changes nothing.
 */
export async function makeBackup(
  db: SqliteWriter,
  { backups, nowMs, disk = realDisk }: Pick<AlertsOptions, "backups" | "nowMs" | "disk">,
): Promise<string> {
  const folder = backupFolder(db.path);
  try {
    const owner = await stat(db.path);
    await prepareFolder(folder, owner, disk);
    const name = freeName(folder, nowMs());
    const temporary = join(folder, `.${name}.${process.pid}.tmp`);
    try {
      snapshotTo(db, temporary);
      await takeAfter(temporary, owner);
      await syncFile(temporary, disk);
      await disk.rename(temporary, join(folder, name));
    } catch (error) {
      await disk.remove(temporary);
      throw error;
    }
    await disk.syncFolder(folder);
    await prune(folder, backups, disk);
    return join(folder, name);
  } catch (error) {
    throw new LarderError(`Cannot make a backup in "${folder}": ${errorText(error)}; no change is made without one`, {
      code: "ALERTS_BACKUP",
      state: "the database was not changed",
      next: "make room on the disk, and the database's folder writable for this user",
      cause: error,
    });
  }
}

function folderNames(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
}

/** Makes the folder, and clears away what a run that was killed left half-made. */
async function prepareFolder(folder: string, owner: Stats, disk: Disk): Promise<void> {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    await mkdir(folder, { mode: 0o700 });
    await changeOwner(folder, owner);
    await disk.syncFolder(dirname(folder)).catch(async (error: unknown) => {
      // left behind it would be taken for one that lasts
      await rmdir(folder);
      throw error;
    });
  }
  for (const name of await readdir(folder)) if (/^\..*\.tmp$/.test(name)) await disk.remove(join(folder, name));
}

/** The moment as a name; moments already taken, or a clock set back, move on to the next free millisecond. */
function freeName(folder: string, nowMs: number): string {
  const newest =
    folderNames(folder)
      .filter((name) => BACKUP_NAME.test(name))
      .sort()
      .at(-1) ?? "";
  for (let moment = nowMs; ; moment++) {
    const name = `${new Date(moment).toISOString().replaceAll(":", "-")}.db`;
    if (name > newest) return name;
    if (newest.slice(0, 19) > name.slice(0, 19)) moment = Math.max(moment, momentOf(newest));
  }
}

/** The moment a copy was made, Unix milliseconds, from its name. */
export function momentOf(name: string): number {
  return Date.parse(name.slice(0, -".db".length).replace(/T(\d\d)-(\d\d)-/, "T$1:$2:"));
}

/** Gives a file the owner, group and mode of the database. A user who may not give it away keeps it, readable to no more. */
async function takeAfter(file: string, owner: Stats): Promise<void> {
  await chmod(file, owner.mode & 0o777);
  await changeOwner(file, owner);
}

async function changeOwner(path: string, owner: Stats): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
}

/** Brings a file that SQLite wrote down to the disk. */
async function syncFile(path: string, disk: Disk): Promise<void> {
  const file = await disk.open(path, constants.O_RDWR);
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function prune(folder: string, keep: number, disk: Disk): Promise<void> {
  const names = folderNames(folder)
    .filter((name) => BACKUP_NAME.test(name))
    .sort();
  for (const name of names.slice(0, Math.max(0, names.length - Math.max(1, keep))))
    await disk.remove(join(folder, name));
}
