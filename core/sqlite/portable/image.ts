/**
 * A consistent image of a database in memory: the main file, with the committed frames of its `-wal` laid over it.
 *
 * A commit in the log counts from the moment its last frame is written. Readers through SQLite see it only when its owner
 * has flushed it and says so, some milliseconds later at most.
 *
 * @module
 */
import type { FileHandle } from "node:fs/promises";
import { databaseError } from "../database-errors.ts";
import type { FileState } from "../file/file.ts";
import {
  changeCounterOf,
  type DatabaseHeader,
  type Disturbed,
  headerError,
  markAsRollback,
  type QuietFiles,
  readHeader,
  WAL_HEADER_BYTES,
  type WalFile,
  whenQuiet,
} from "../file/file.ts";
import { type CommittedWal, readWalHeader, WalScanner } from "./wal.ts";

/** The largest database held in memory: 2 GiB. */
const IMAGE_LIMIT_BYTES = 2 ** 31;
const CHUNK_BYTES = 4 * 1024 * 1024;
const STEP_BYTES = 256 * 1024;

export interface ImageOptions {
  /** How long to try for an undisturbed read, in milliseconds. */
  readonly timeoutMs: number;
  readonly limitBytes?: number;
}

/** The bytes of a database in rollback mode, WAL included, and the state of the main file they were read from. */
export interface DatabaseImage {
  readonly bytes: Uint8Array;
  readonly state: FileState;
  readonly changeCounter: number;
  /** The file's own mode; the image is in rollback mode. */
  readonly walMode: boolean;
}

/**
 * Reads a consistent image of a database.
 * @throws LarderError `DB_MISSING`, `DB_DENIED`, `DB_NOT_A_DATABASE`, `DB_CORRUPT`, `DB_TOO_LARGE`, or `DB_LOCKED` when
 * there was no quiet moment within the time, or a rollback journal stayed.
 */
export async function readImage(path: string, options: ImageOptions): Promise<DatabaseImage> {
  const limit = options.limitBytes ?? IMAGE_LIMIT_BYTES;
  return await whenQuiet(path, options.timeoutMs, (files) => readBoth(path, files, limit));
}

async function readBoth(path: string, files: QuietFiles, limit: number): Promise<DatabaseImage | Disturbed> {
  const { main, state, log } = files;
  const reading = readHeader(files.head);
  const changeCounter = changeCounterOf(files.head);
  if (reading.kind === "empty") return { bytes: new Uint8Array(0), state, changeCounter, walMode: false };
  if (reading.kind !== "header") throw headerError(path, reading);
  const committed = log === undefined ? undefined : await scanLog(path, log, reading.header);
  const size = imageSize(path, reading.header, state.size, committed);
  if (size > limit) {
    throw databaseError(path, `it has ${size} bytes, at most ${limit} fit into memory`, { code: "DB_TOO_LARGE" });
  }
  const bytes = new Uint8Array(size);
  if (!(await fill(main, bytes, 0, Math.min(size, state.size), 0))) {
    return { disturbed: "it became shorter while it was read" };
  }
  if (log !== undefined && committed !== undefined) {
    for (const [page, offset] of committed.pages) {
      const at = (page - 1) * reading.header.pageSize;
      if (at >= size) continue;
      const whole = await fill(log.handle, bytes, at, at + reading.header.pageSize, offset);
      if (!whole) return { disturbed: "its -wal became shorter while it was read" };
    }
  }
  markAsRollback(bytes);
  return { bytes, state, changeCounter, walMode: reading.header.walMode };
}

/** Finds the committed frames of the log; undefined when it commits nothing. */
async function scanLog(path: string, log: WalFile, database: DatabaseHeader): Promise<CommittedWal | undefined> {
  const header = readWalHeader(log.head);
  if (header === undefined) return undefined;
  const scanner = new WalScanner(header);
  const chunk = new Uint8Array(Math.max(1, Math.floor(CHUNK_BYTES / scanner.frameBytes)) * scanner.frameBytes);
  for (let at = WAL_HEADER_BYTES; at < log.state.size; at += chunk.length) {
    const { bytesRead } = await log.handle.read(chunk, 0, chunk.length, at);
    if (!scanner.take(chunk.subarray(0, bytesRead)) || bytesRead < chunk.length) break;
  }
  const committed = scanner.committed();
  if (committed.frames === 0) return undefined;
  if (header.pageSize !== database.pageSize) {
    const said = `its pages have ${database.pageSize} bytes, those of its -wal ${header.pageSize}`;
    throw databaseError(path, said, { code: "DB_CORRUPT" });
  }
  return committed;
}

/** Bytes of the image: what the last commit in the log says, or the file itself. */
function imageSize(path: string, header: DatabaseHeader, fileSize: number, committed: CommittedWal | undefined) {
  if (committed === undefined) {
    const expected = (header.pageCount ?? 0) * header.pageSize;
    if (expected <= fileSize) return fileSize;
    throw databaseError(path, `it is truncated: it has ${fileSize} bytes, its header says ${expected}`, {
      code: "DB_CORRUPT",
    });
  }
  const size = committed.databasePages * header.pageSize;
  const available = fileSize + committed.pages.size * header.pageSize;
  if (size <= available) return size;
  const said = `it is truncated: the file and its -wal have ${available} bytes of content, the last commit says ${size}`;
  throw databaseError(path, said, { code: "DB_CORRUPT" });
}

/**
 * Fills `target[from, to)` from a position of the file; false when the file is too short. By way of a small buffer: large
 * memory that the system fills first and we read later is mapped page by page twice, which takes longer than copying.
 */
async function fill(handle: FileHandle, target: Uint8Array, from: number, to: number, position: number) {
  const step = new Uint8Array(Math.min(STEP_BYTES, to - from));
  for (let at = from; at < to; ) {
    const { bytesRead } = await handle.read(step, 0, Math.min(step.length, to - at), position + at - from);
    if (bytesRead === 0) return false;
    target.set(step.subarray(0, bytesRead), at);
    at += bytesRead;
  }
  return true;
}
