/**
 * Makes the bare database where there is none.
 *
 * It is built whole under another name and then linked to its own, which never replaces anything: another process sees no file
 * or a finished one.
 *
 * @module
 */
import { randomBytes, randomUUID } from "node:crypto";
import { link, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../../core/disk.ts";
import { errorCode, errorText, LarderError } from "../../core/errors.ts";
import { FOLDER_FOR_ALL, makeFolder } from "../../core/files.ts";
import { withWriteTransaction } from "../../core/sqlite/sqlite.ts";
import type { AlertsOptions } from "../options.ts";
import type { AlertService } from "./model.ts";
import { bareDatabase, type StoreIdentity } from "./schema.ts";
import { loadAlertData } from "./store.ts";

export interface InitReport {
  readonly database: string;
  /** False when an alertData.db was there already; it was left as it is. */
  readonly created: boolean;
  readonly services: readonly AlertService[];
  readonly recipients: number;
  readonly dryRun: boolean;
}

export interface InitRequest {
  /** True leaves Z_METADATA empty, as the files of the older tool have it. */
  readonly withoutMetadata: boolean;
}

/**
 * Creates the database, and its folder, where there is none; says what is there where there is one.
 * @throws LarderError `ALERTS_FOREIGN` or one of the database when a file is there that is not an alertData.db;
 * `ALERTS_CREATE` when it cannot be made.
 */
export async function initDatabase(path: string, request: InitRequest, options: AlertsOptions): Promise<InitReport> {
  const empty = await isEmptyFile(path);
  const there = empty ? undefined : await existing(path, options);
  if (there !== undefined) return { ...there, database: path, created: false, dryRun: options.dryRun };
  if (options.dryRun) return { database: path, created: true, services: [], recipients: 0, dryRun: true };
  const identity = request.withoutMetadata ? undefined : await newIdentity();
  const created = await create({ path, identity, empty, options });
  const data = await loadAlertData(path, options);
  return { database: path, created, services: data.services, recipients: data.recipients.length, dryRun: false };
}

async function existing(path: string, options: AlertsOptions) {
  try {
    const { services, recipients } = await loadAlertData(path, options);
    return { services, recipients: recipients.length };
  } catch (error) {
    if (errorCode(error) === "DB_MISSING") return undefined;
    throw error;
  }
}

interface Creation {
  readonly path: string;
  readonly identity: StoreIdentity | undefined;
  /** The file is there, without a byte in it. */
  readonly empty: boolean;
  readonly options: AlertsOptions;
}

/** What `sqlite3 alertData.db` leaves when nothing is typed: not a database yet. */
async function isEmptyFile(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isFile() === true && facts.size === 0;
}

/** False when somebody else made the file meanwhile. */
async function create({ path, identity, empty, options }: Creation): Promise<boolean> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await makeFolder(dirname(path), { mode: FOLDER_FOR_ALL });
    // the mode the umask gives, as every file made by the older tool has it
    await (await open(temporary, "wx", 0o644)).close();
    const { engine, busyTimeoutMs } = options;
    await withWriteTransaction(temporary, { busyTimeoutMs, ...(engine === undefined ? {} : { engine }) }, (db) => {
      for (const { sql, parameters } of bareDatabase(identity)) db.run(sql, parameters);
    });
    // an empty file holds nothing to lose; where there was none, nobody else's new file is replaced
    await (empty ? rename(temporary, path) : link(temporary, path));
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw new LarderError(`Cannot create "${path}": ${errorText(error)}`, {
      code: "ALERTS_CREATE",
      state: "nothing is there that was not there before",
      next: "run as root, or choose a folder this user may write with --db",
      cause: error,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * A store's own identity, and the only metadata we know for certain: its type. The hashes of Apple's data model are
 * published nowhere, and a wrong hash would be worse than none.
 */
async function newIdentity(): Promise<StoreIdentity> {
  const { buildBinary } = await import("plist");
  const plist = buildBinary({ NSStoreType: "SQLite" });
  return { uuid: randomUUID().toUpperCase(), plist: new Uint8Array(plist) };
}
