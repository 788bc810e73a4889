/**
 * The list of recipients in an alertData.db, changed in one transaction: read, decide, back up, write.
 *
 * Promise: after a change, and after a crash at any moment of it, the file holds the old list or the new one. The reading
 * that decides happens under the lock that writes, so that two who add at once lose nobody.
 *
 * @module
 */
import { errorCode, LarderError } from "../../core/errors.ts";
import type { SqliteDatabase, SqliteWriter } from "../../core/sqlite/sqlite.ts";
import { chooseEngine, openReadOnly, withWriteTransaction } from "../../core/sqlite/sqlite.ts";
import type { AlertsOptions } from "../options.ts";
import { applyChanges, applyRepairs } from "./apply.ts";
import { makeBackup } from "./backup.ts";
import { isEmpty, planChanges } from "./changes.ts";
import { entityRow, lastRowOf } from "./entity-table.ts";
import type { RecipientChanges, RecipientRequest, Repair } from "./model.ts";
import { type AlertData, readAlertData } from "./read.ts";
import { MAIL_RECIPIENT } from "./schema.ts";

/** How often a change is tried when somebody without our locks is faster. */
const ATTEMPTS = 5;
/** How long reading waits for others before it asks for the lock itself. */
const FIRST_LOOK_MS = 500;

/** What was asked of the list, what came of it, and what else was put right. */
export interface RecipientReport {
  readonly database: string;
  readonly changes: RecipientChanges;
  readonly repairs: readonly Repair[];
  /** How many recipients the list has now; with `dryRun`, would have. */
  readonly total: number;
  /** The copy of the state before; undefined when nothing was written. */
  readonly backup: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Reads an alertData.db as it is at one moment.
 * @throws LarderError `ALERTS_FOREIGN`, `ALERTS_BOOKS`, or one of `openReadOnly`.
 */
export async function loadAlertData(path: string, options: AlertsOptions): Promise<AlertData> {
  return await reading(path, options, readAlertData);
}

/**
 * Makes the list what was asked for, and repairs the books. Writes nothing, and makes no backup, when all is so already.
 * @throws LarderError `ALERTS_FOREIGN`, `ALERTS_BOOKS`, `ALERTS_BACKUP`, or one of the database; nothing is changed then.
 */
export async function changeRecipients(
  path: string,
  request: RecipientRequest,
  options: AlertsOptions,
): Promise<RecipientReport> {
  const plan = (db: SqliteDatabase) => {
    const data = readAlertData(db);
    const book = data.book ?? entityRow(data.books, path, MAIL_RECIPIENT);
    return { data, book, changes: planChanges(data.recipients, request, lastRowOf(book)) };
  };
  const { plan: done, backup } = await changing(path, options, {
    plan,
    isNeeded: ({ data, changes }) => data.repairs.length > 0 || !isEmpty(changes),
    apply: (db, { data, book, changes }) => {
      applyRepairs(db, data.repairs);
      applyChanges(db, book, changes);
    },
  });
  const { data, changes } = done;
  const gone = changes.deletes.length + changes.duplicates.length;
  return {
    database: path,
    changes,
    repairs: data.repairs,
    total: data.recipients.length + changes.inserts.length - gone,
    backup,
    dryRun: options.dryRun,
  };
}

/**
 * Runs `read` over the database, which is closed afterwards. A change that was killed leaves SQLite's journal, which only a
 * writer may play back: where SQLite itself is there, reading does it under the write lock, as any SQLite program would.
 */
export async function reading<T>(path: string, options: AlertsOptions, read: (db: SqliteDatabase) => T): Promise<T> {
  const native = chooseEngine(engineOptions(options)) === "native";
  const busyTimeoutMs = native ? Math.min(FIRST_LOOK_MS, options.busyTimeoutMs) : options.busyTimeoutMs;
  let db: SqliteDatabase;
  try {
    db = await openReadOnly(path, { ...engineOptions(options), busyTimeoutMs });
  } catch (error) {
    if (errorCode(error) !== "DB_LOCKED" || !native) throw missingError(path, error);
    return await readLocked(path, options, read, error);
  }
  try {
    return read(db);
  } finally {
    db.close();
  }
}

/** Reads under the write lock; a user who may not write hears why reading alone failed. */
async function readLocked<T>(path: string, options: AlertsOptions, read: (db: SqliteDatabase) => T, why: unknown) {
  try {
    return await withWriteTransaction(path, engineOptions(options), read);
  } catch (error) {
    throw errorCode(error)?.startsWith("DB_") === true ? why : error;
  }
}

/** A change of the database: what is to be done, decided from what is there, and how it is written. */
interface Change<Plan> {
  readonly plan: (db: SqliteDatabase) => Plan;
  readonly isNeeded: (plan: Plan) => boolean;
  readonly apply: (db: SqliteWriter, plan: Plan) => void;
}

/**
 * The one way anything is written: `plan` reads and decides under the lock; when its plan needs writing, a backup is made
 * and `apply` writes it. With `dryRun` only the plan is made, without a lock.
 */
export async function changing<Plan>(
  path: string,
  options: AlertsOptions,
  { plan, isNeeded, apply }: Change<Plan>,
): Promise<{ plan: Plan; backup: string | undefined }> {
  if (options.dryRun) return { plan: await reading(path, options, plan), backup: undefined };
  const work = async (db: SqliteWriter) => {
    const planned = plan(db);
    if (!isNeeded(planned)) return { plan: planned, backup: undefined };
    const backup = await makeBackup(db, options);
    apply(db, planned);
    return { plan: planned, backup };
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await withWriteTransaction(path, engineOptions(options), work);
    } catch (error) {
      // somebody else was faster, and nothing was written: what is to be done is decided again from what they wrote
      if (errorCode(error) !== "DB_CHANGED" || attempt === ATTEMPTS) throw missingError(path, error);
    }
  }
}

/** A file that is not there has its own next step here; every other error is passed on. */
function missingError(path: string, error: unknown): unknown {
  if (errorCode(error) !== "DB_MISSING") return error;
  return new LarderError(`Cannot open "${path}": there is no such file, an alertData.db of macOS Server was expected`, {
    code: "DB_MISSING",
    state: "nothing was changed",
    next: `larder alerts init --db "${path}" makes one; larder alerts restore brings back the last backup`,
    cause: error,
  });
}

function engineOptions({ engine, busyTimeoutMs, disk }: AlertsOptions) {
  return { busyTimeoutMs, ...(engine === undefined ? {} : { engine }), ...(disk === undefined ? {} : { disk }) };
}
