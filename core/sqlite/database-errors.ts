/**
 * What can be wrong with a database, in words that are the same for both engines.
 *
 * @module
 */
import { errorCode, errorText, LarderError } from "../errors.ts";
import { fullDiskAccessStep } from "../words/system-errors.ts";

const UNTOUCHED = "the database was not changed and no row was taken from it";

export type DatabaseErrorCode =
  | "DB_MISSING"
  | "DB_DENIED"
  | "DB_PRIVACY"
  | "DB_LOCKED"
  | "DB_NOT_A_DATABASE"
  | "DB_CORRUPT"
  | "DB_TOO_LARGE"
  | "DB_QUERY"
  | "DB_READ_ONLY"
  | "DB_CHANGED"
  | "DB_IO";

const NEXT: Record<DatabaseErrorCode, string> = {
  DB_MISSING: "check the path; the caching service creates the file when it first records something",
  DB_DENIED: "run as a user that may read it (Apple's databases need root)",
  DB_PRIVACY: fullDiskAccessStep(),
  DB_LOCKED: "try again; if it stays so, restart the program that owns the database so that it can recover it",
  DB_NOT_A_DATABASE: "check the path",
  DB_CORRUPT: "check it with: sqlite3 <copy of the database> 'PRAGMA integrity_check'",
  DB_TOO_LARGE: "run larder with Node 22.16 or later, which reads a database of any size in place",
  DB_QUERY: "check that the file is the database this source expects",
  DB_READ_ONLY: "make the database and its folder writable for this user",
  DB_CHANGED: "try again",
  DB_IO: "check the disk the database is on",
};

/** A database error in the house form. `said` is what happened and what was expected. */
export function databaseError(
  path: string,
  said: string,
  { code, cause }: { readonly code: DatabaseErrorCode; readonly cause?: unknown },
): LarderError {
  const verb = code === "DB_READ_ONLY" || code === "DB_CHANGED" ? "change" : "read";
  return new LarderError(`Cannot ${verb} "${path}": ${said}`, {
    code,
    state: UNTOUCHED,
    next: NEXT[code],
    retryable: code === "DB_LOCKED" || code === "DB_CHANGED",
    cause,
  });
}

/** An error of the file system about a database file, as ours. */
export function fileError(path: string, error: unknown): LarderError {
  if (error instanceof LarderError) return error;
  const code = errorCode(error);
  if (code === "ENOENT" || code === "ENOTDIR")
    return databaseError(path, "there is no such file", { code: "DB_MISSING", cause: error });
  if (code === "EACCES") return databaseError(path, "this user may not read it", { code: "DB_DENIED", cause: error });
  if (code === "EPERM") return databaseError(path, errorText(error), { code: "DB_PRIVACY", cause: error });
  if (code === "EISDIR")
    return databaseError(path, "it is a folder, a file was expected", { code: "DB_NOT_A_DATABASE", cause: error });
  return databaseError(path, errorText(error), { code: "DB_IO", cause: error });
}

/** What SQLite says by result code (native) or by message (portable, which has no codes). */
const BY_RESULT: ReadonlyMap<number, DatabaseErrorCode> = new Map([
  [5, "DB_LOCKED"],
  [6, "DB_LOCKED"],
  [8, "DB_READ_ONLY"],
  [10, "DB_IO"],
  [11, "DB_CORRUPT"],
  [13, "DB_IO"],
  [14, "DB_IO"],
  [26, "DB_NOT_A_DATABASE"],
]);

const BY_MESSAGE: readonly (readonly [RegExp, DatabaseErrorCode])[] = [
  [/malformed/, "DB_CORRUPT"],
  [/not a database/, "DB_NOT_A_DATABASE"],
  [/is locked/, "DB_LOCKED"],
  [/readonly database/, "DB_READ_ONLY"],
  [/disk I\/O error|disk is full/, "DB_IO"],
];

/** The extended result code of an error thrown by node:sqlite, if it has one. */
export function sqliteResult(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

/** An error of an engine while it ran a statement, as ours. */
export function queryError(path: string, error: unknown): LarderError {
  if (error instanceof LarderError) return error;
  const text = errorText(error);
  const result = sqliteResult(error);
  const code =
    result === undefined ? BY_MESSAGE.find(([pattern]) => pattern.test(text))?.[1] : BY_RESULT.get(result & 0xff);
  return databaseError(path, `SQLite reports: ${text}`, { code: code ?? "DB_QUERY", cause: error });
}
