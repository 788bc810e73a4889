/**
 * Takes an alertData.db back to a copy made before an earlier change.
 *
 * The copy's rows are written into the living file in one transaction, so that a process that has it open keeps a valid file, and the
 * state before is itself backed up: a restore can be undone by another. Z_MAX stays at the higher of both, for the numbers
 * given out since are spent. Where the file is missing, the copy takes its place.
 *
 * @module
 */
import { constants, statSync } from "node:fs";
import { chmod, chown, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Disk, realDisk, writeAll } from "../../core/disk.ts";
import { LarderError } from "../../core/errors.ts";
import type { SqliteDatabase, SqliteValue, SqliteWriter } from "../../core/sqlite/sqlite.ts";
import type { AlertsOptions } from "../options.ts";
import { addressKey } from "./address.ts";
import { backupFolder, listBackupNames, momentOf } from "./backup.ts";
import { readBooks } from "./entity-table.ts";
import type { AlertService, StoredRecipient } from "./model.ts";
import { type AlertData, readAlertData } from "./read.ts";
import { changing, loadAlertData, reading } from "./store.ts";

/** A copy that can be restored. */
export interface Backup {
  readonly name: string;
  readonly path: string;
  /** When it was made, Unix milliseconds: just before a change. */
  readonly madeMs: number;
  /** How many recipients it holds; undefined when it cannot be read. */
  readonly recipients: number | undefined;
}

export interface RestoreReport {
  readonly database: string;
  readonly from: string;
  /** True when there was no file and the copy took its place. */
  readonly placed: boolean;
  /** Recipients that come back. */
  readonly added: readonly StoredRecipient[];
  /** Recipients that go. */
  readonly removed: readonly StoredRecipient[];
  /** What else changes, one sentence each: languages, switches of recipients and services. */
  readonly changed: readonly string[];
  /** How many recipients the list has then. */
  readonly total: number;
  readonly backup: string | undefined;
  readonly dryRun: boolean;
}

/** The copies of a database, the newest first. */
export async function listBackups(path: string, options: AlertsOptions): Promise<Backup[]> {
  const found: Backup[] = [];
  for (const name of listBackupNames(path).reverse()) {
    const copy = join(backupFolder(path), name);
    const data = await loadAlertData(copy, options).catch((): undefined => undefined);
    found.push({ name, path: copy, madeMs: momentOf(name), recipients: data?.recipients.length });
  }
  return found;
}

/**
 * Restores a copy.
 * @param name of the copy; undefined for the newest.
 * @throws LarderError `ALERTS_NO_BACKUP`; `ALERTS_SCHEMA` when the tables have changed since; those of the database.
 */
export async function restoreBackup(
  path: string,
  name: string | undefined,
  options: AlertsOptions,
): Promise<RestoreReport> {
  const from = findBackup(path, name);
  const copy = await reading(from, options, readCopy);
  const report = { database: path, from, total: copy.data.recipients.length, dryRun: options.dryRun };
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    if (!options.dryRun) await placeCopy(from, path, options.disk);
    return { ...report, placed: true, added: copy.data.recipients, removed: [], changed: [], backup: undefined };
  }
  const { plan, backup } = await changing(path, options, {
    plan: (db) => planRestore(db, copy),
    isNeeded: () => true,
    apply: (db, { spent }) => writeCopy(db, copy, spent),
  });
  const { added, removed, changed } = plan;
  return { ...report, placed: false, added, removed, changed, backup };
}

interface Copy {
  readonly schema: readonly string[];
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly rows: SqliteValue[][];
  }[];
  readonly data: AlertData;
}

function findBackup(path: string, name: string | undefined): string {
  const names = listBackupNames(path);
  const found = name === undefined ? names.at(-1) : names.find((known) => known === name || known === basename(name));
  if (found !== undefined) return join(backupFolder(path), found);
  const said = name === undefined ? "there is no backup yet" : `there is no backup ${name}`;
  throw new LarderError(`Cannot restore "${path}": ${said} in ${backupFolder(path)}`, {
    code: "ALERTS_NO_BACKUP",
    state: "nothing was changed",
    next: "`larder alerts restore --list` shows those there are",
  });
}

function readCopy(db: SqliteDatabase): Copy {
  const data = readAlertData(db);
  const names = db.all(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  const tables = names.map(([value]) => {
    const name = String(value);
    const columns = db.columns(name).map((column) => column.name);
    return { name, columns, rows: db.all(`SELECT ${columns.map(quoted).join(", ")} FROM ${quoted(name)}`) };
  });
  return { schema: schemaOf(db), tables, data };
}

function schemaOf(db: SqliteDatabase): string[] {
  const rows = db.all("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name");
  return rows.map((row) => row.map((value) => String(value)).join(" "));
}

function planRestore(db: SqliteDatabase, copy: Copy) {
  const schema = schemaOf(db);
  if (schema.length !== copy.schema.length || schema.some((line, i) => line !== copy.schema[i])) {
    throw new LarderError(`Cannot restore "${db.path}": its tables have changed since the backup was made`, {
      code: "ALERTS_SCHEMA",
      state: "nothing was changed",
      next: "take the recipients from the backup instead: larder alerts recipients export --db <backup>, then set --file",
    });
  }
  const now = readAlertData(db);
  const then = copy.data;
  return {
    spent: new Map(readBooks(db).map(({ entity, lastRow }) => [entity, lastRow])),
    added: without(then.recipients, now.recipients),
    removed: without(now.recipients, then.recipients),
    changed: [
      ...sentences(now.recipients, then.recipients, ({ address }) => addressKey(address), recipientText),
      ...sentences(now.services, then.services, ({ bundle }) => bundle, serviceText),
    ],
  };
}

function without(list: readonly StoredRecipient[], other: readonly StoredRecipient[]): StoredRecipient[] {
  const known = new Set(other.map(({ address }) => addressKey(address)));
  return list.filter(({ address }) => !known.has(addressKey(address)));
}

/** What of those that are there before and after reads otherwise after. */
function sentences<T>(
  now: readonly T[],
  then: readonly T[],
  key: (one: T) => string,
  text: (one: T) => string,
): string[] {
  const before = new Map(now.map((one) => [key(one), text(one)]));
  return then.flatMap((one) => {
    const was = before.get(key(one));
    return was === undefined || was === text(one) ? [] : [text(one)];
  });
}

function recipientText({ address, language, enabled }: StoredRecipient): string {
  return `${address}: language ${language}, mails ${enabled ? "on" : "off"}`;
}

function serviceText({ bundle, mail, push }: AlertService): string {
  return `${bundle}: mail ${mail ? "on" : "off"}, push ${push ? "on" : "off"}`;
}

function writeCopy(db: SqliteWriter, copy: Copy, spent: ReadonlyMap<number, number>): void {
  for (const { name, columns, rows } of copy.tables) {
    db.run(`DELETE FROM ${quoted(name)}`, []);
    const sql = `INSERT INTO ${quoted(name)} (${columns.map(quoted).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
    for (const row of rows) db.run(sql, row);
  }
  for (const [entity, lastRow] of spent) {
    db.run("UPDATE Z_PRIMARYKEY SET Z_MAX = max(coalesce(Z_MAX, 0), ?) WHERE Z_ENT = ?", [lastRow, entity]);
  }
}

/**
 * Puts a copy where there is no file: whole under another name first, then linked, which never replaces anything. A journal
 * left by the lost file would be played into the copy, and is refused.
 */
async function placeCopy(from: string, path: string, disk: Disk = realDisk): Promise<void> {
  const left = ["-wal", "-journal"].find((suffix) => statSync(path + suffix, { throwIfNoEntry: false }) !== undefined);
  if (left !== undefined) {
    throw new LarderError(`Cannot restore "${path}": the file is gone but its "${left}" is still there`, {
      code: "ALERTS_JOURNAL",
      state: "nothing was changed",
      next: `move "${path}${left}" away and restore again`,
    });
  }
  const temporary = `${path}.${process.pid}.tmp`;
  const { mode, uid, gid } = await stat(from);
  const file = await disk.open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    try {
      await writeAll(file, await readFile(from));
      await chmod(temporary, mode & 0o777);
      if (process.getuid?.() === 0) await chown(temporary, uid, gid);
      await file.datasync();
    } finally {
      await file.close();
    }
    await disk.link(temporary, path);
  } finally {
    await disk.remove(temporary);
  }
  try {
    await disk.syncFolder(dirname(path));
  } catch (error) {
    // a later sync need not bring back the name that this one lost, and another restore would find the copy in its place
    await disk.remove(path);
    throw error;
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
