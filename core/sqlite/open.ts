/**
 * Opens a database for reading with the engine that can read it rightly and leaves nothing beside it.
 *
 * | database | native (Node 22.16 and later) | portable |
 * |---|---|---|
 * | rollback mode | SQLite's locks | image; waits for a quiet moment |
 * | WAL, `-wal` and `-shm` are there | SQLite's locks, `readonly_shm` | image with the committed frames |
 * | WAL, either is missing | image (SQLite would create it); beyond 64 MiB SQLite over a private copy | image |
 * | hot journal | `DB_LOCKED` after the timeout | the same |
 *
 * @module
 */
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, LarderError } from "../errors.ts";
import { type OpenOptions, SCHEMA_CHECK, type SqliteDatabase, type SqliteEngine } from "./database.ts";
import { databaseError, fileError, sqliteResult } from "./database-errors.ts";
import { ENGINE_VARIABLE } from "./engine-variable.ts";
import { closeUnlessHeld, fileState, HEADER_BYTES, headerError, readHeader, resolveDatabase } from "./file/file.ts";
import { loadNodeSqlite, type NodeSqlite } from "./node-sqlite.ts";

export const BUSY_TIMEOUT_MS = 5000;
/** Where SQLite cannot read in place, larger databases are copied to a file rather than into memory. */
const COPY_FROM_BYTES = 64 * 1024 * 1024;
/** SQLite waits without letting anything else run, so opening asks in short turns. */
const TURN_MS = 25;
/** How long one way of opening is tried before the other is asked again. */
const LONG_TURN_MS = 200;
/** Result codes with which SQLite says that it would have to write to read: READONLY, CANTOPEN. */
const CANNOT_READ_ONLY = new Set([8, 14]);

/** True where the runtime has what the native engine needs of node:sqlite. */
export function nativeAvailable(): boolean {
  return loadNodeSqlite() !== undefined;
}

/**
 * Opens a database for reading. No row changes, and no file of ours stays beside it. The engine is native where the
 * runtime has it, unless `options.engine` or the environment's LARDER_SQLITE (native, portable) says otherwise.
 * @throws LarderError `DB_MISSING`, `DB_DENIED`, `DB_LOCKED`, `DB_NOT_A_DATABASE`, `DB_CORRUPT`, `DB_TOO_LARGE`, `DB_IO`.
 */
export async function openReadOnly(path: string, options: OpenOptions = {}): Promise<SqliteDatabase> {
  const timeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
  const realPath = await resolveDatabase(path);
  const walMode = await checkHeader(path, realPath);
  if (chooseEngine(options) === "native") {
    const sqlite = loadNodeSqlite();
    if (sqlite === undefined) throw noNative(path);
    return await openWithSqlite(sqlite, { path, realPath, walMode, timeoutMs, options });
  }
  const { openPortable } = await import("./portable/portable.ts");
  return await openPortable(path, { timeoutMs });
}

interface Opening {
  readonly path: string;
  readonly realPath: string;
  readonly walMode: boolean;
  readonly timeoutMs: number;
  readonly options: OpenOptions;
}

/**
 * Opens in place where SQLite can, or from an image. Which of them it is may change from one moment to the next, when an
 * owner opens and closes its database: so none is waited for long before the other is asked.
 */
async function openWithSqlite(sqlite: NodeSqlite, opening: Opening): Promise<SqliteDatabase> {
  const deadline = performance.now() + opening.timeoutMs;
  for (;;) {
    try {
      return await openOnce(sqlite, opening, Math.min(LONG_TURN_MS, opening.timeoutMs));
    } catch (error) {
      if (errorCode(error) !== "DB_LOCKED" || performance.now() > deadline) throw error;
    }
  }
}

async function openOnce(sqlite: NodeSqlite, opening: Opening, turnMs: number): Promise<SqliteDatabase> {
  const { path, realPath, walMode } = opening;
  const inPlace = !walMode || (await hasLiveLog(realPath));
  if (inPlace) {
    const database = await tryNative(sqlite, opening, turnMs);
    if (database !== undefined) return database;
  }
  const image = await openImageOf(sqlite, opening, turnMs);
  // An image may show a commit some milliseconds before SQLite does: after it, SQLite would seem to go back.
  if (!walMode) return image;
  const live = await hasLiveLog(realPath);
  if (!live && !inPlace) return image;
  if (live && inPlace) {
    const database = await tryNative(sqlite, opening, turnMs);
    if (database === undefined) return image;
    image.close();
    return database;
  }
  image.close();
  throw databaseError(path, "its owner opens and closes it all the time", { code: "DB_LOCKED" });
}

/** The database without SQLite's locks: in memory, or a large one in a private copy. */
async function openImageOf(sqlite: NodeSqlite, opening: Opening, turnMs: number): Promise<SqliteDatabase> {
  const { path, realPath, walMode, options } = opening;
  if (walMode && (await bytesWithLog(realPath)) > (options.copyFromBytes ?? COPY_FROM_BYTES)) {
    const { openPrivateCopy } = await import("./native/native.ts");
    return await openPrivateCopy(sqlite, path, turnMs);
  }
  const { openPortable } = await import("./portable/portable.ts");
  return await openPortable(path, { timeoutMs: turnMs });
}

/** The engine that `openReadOnly` and `withWriteTransaction` take. */
export function chooseEngine(options: OpenOptions): SqliteEngine {
  const wished = options.engine ?? process.env[ENGINE_VARIABLE];
  if (wished === "native" || wished === "portable") return wished;
  if (wished !== undefined && wished !== "") {
    throw new LarderError(`Cannot use "${wished}" as ${ENGINE_VARIABLE}: expected native or portable`, {
      code: "CONFIG_SQLITE",
      state: "nothing was read",
      next: `unset ${ENGINE_VARIABLE}`,
    });
  }
  return nativeAvailable() ? "native" : "portable";
}

/** The error when the native engine is forced where there is none. */
export function noNative(path: string): LarderError {
  return new LarderError(`Cannot read "${path}": Node ${process.versions.node} has no node:sqlite with array rows`, {
    code: "DB_NO_ENGINE",
    state: "nothing was read",
    next: `unset ${ENGINE_VARIABLE}, or run larder with Node 22.16 or later`,
  });
}

/** Looks at the first bytes, so that both engines report the same for a file that is not a database. True when it is in WAL mode. */
export async function checkHeader(path: string, realPath: string): Promise<boolean> {
  const bytes = new Uint8Array(HEADER_BYTES);
  let length = 0;
  try {
    const handle = await open(realPath, "r");
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw databaseError(path, "it is not a file", { code: "DB_NOT_A_DATABASE" });
      length = (await handle.read(bytes, 0, HEADER_BYTES, 0)).bytesRead;
    } finally {
      await closeUnlessHeld(handle);
    }
  } catch (error) {
    throw fileError(path, error);
  }
  const reading = readHeader(bytes.subarray(0, length));
  if (reading.kind === "empty") return false;
  if (reading.kind !== "header") throw headerError(path, reading);
  return reading.header.walMode;
}

/** True when both files that SQLite needs beside a database in WAL mode exist. */
async function hasLiveLog(realPath: string): Promise<boolean> {
  const log = await fileState(`${realPath}-wal`);
  return log !== undefined && (await fileState(`${realPath}-shm`)) !== undefined;
}

async function bytesWithLog(realPath: string): Promise<number> {
  return ((await fileState(realPath))?.size ?? 0) + ((await fileState(`${realPath}-wal`))?.size ?? 0);
}

/** Opens natively; undefined when SQLite cannot read the file without writing. */
async function tryNative(sqlite: NodeSqlite, { path, realPath, timeoutMs }: Opening, forMs: number) {
  const { openNative } = await import("./native/native.ts");
  try {
    return await whenUnlocked(forMs, (turnMs) => {
      const database = openNative(sqlite, { path, realPath, busyTimeoutMs: turnMs });
      try {
        database.all(SCHEMA_CHECK);
        database.exec(`PRAGMA busy_timeout = ${Math.round(timeoutMs)}`);
        return database;
      } catch (error) {
        database.close();
        throw error;
      }
    });
  } catch (error) {
    const result = error instanceof LarderError ? sqliteResult(error.cause) : undefined;
    if (result !== undefined && CANNOT_READ_ONLY.has(result & 0xff)) return undefined;
    throw error;
  }
}

/** Tries something until it does not throw `DB_LOCKED`, or the time is up; each try may block for `turnMs`. */
export async function whenUnlocked<T>(timeoutMs: number, attempt: (turnMs: number) => T): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return attempt(Math.min(TURN_MS, timeoutMs));
    } catch (error) {
      if (errorCode(error) !== "DB_LOCKED" || performance.now() > deadline) throw error;
      await sleep(5);
    }
  }
}
