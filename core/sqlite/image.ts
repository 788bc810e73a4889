/**
 * A consistent image of a database in memory, taken without locks: check, read, check again, or start over.
 *
 * The main file is read, and the committed frames of its `-wal` are laid over it. The image is accepted only when nothing
 * of this happened meanwhile: the main file changed (inode, size, times in ns, change counter), a rollback journal
 * appeared, or the log was started anew (inode, size, its header with the salts). Appending to the log does no harm: frames
 * up to the last commit that was seen are never written again before the log is started anew.
 *
 * @module
 */
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { LarderError } from "../errors.ts";
import { databaseError, fileError } from "./database-errors.ts";
import { changeCounterOf, type DatabaseHeader, HEADER_BYTES, markAsRollback, readHeader } from "./header.ts";
import { closeUnlessHeld } from "./held-files.ts";
import { type FileState, fileState, journalIsHot, resolveDatabase, sameState, settleMs, stateOf } from "./stamp.ts";
import { type CommittedWal, readWalHeader, WAL_HEADER_BYTES, WalScanner } from "./wal.ts";

/** The largest database held in memory: 2 GiB. */
export const IMAGE_LIMIT_BYTES = 2 ** 31;
const CHUNK_BYTES = 4 * 1024 * 1024;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 20;

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

/** Why an attempt found no quiet moment, and how long to wait before the next. */
interface Disturbed {
  readonly disturbed: string;
  readonly pauseMs?: number;
}

/**
 * Reads a consistent image of a database.
 * @throws LarderError `DB_MISSING`, `DB_DENIED`, `DB_NOT_A_DATABASE`, `DB_CORRUPT`, `DB_TOO_LARGE`, or `DB_LOCKED` when
 * there was no quiet moment within the time, or a rollback journal stayed.
 */
export async function readImage(path: string, options: ImageOptions): Promise<DatabaseImage> {
  const realPath = await resolveDatabase(path);
  const limit = options.limitBytes ?? IMAGE_LIMIT_BYTES;
  const deadline = performance.now() + options.timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
    const outcome = await attempt(path, realPath, limit);
    if ("bytes" in outcome) return outcome;
    if (performance.now() + pause > deadline) {
      throw databaseError("DB_LOCKED", path, `${outcome.disturbed}; waited ${options.timeoutMs} ms for a quiet moment`);
    }
    await sleep(outcome.pauseMs ?? pause);
  }
}

async function attempt(path: string, realPath: string, limit: number): Promise<DatabaseImage | Disturbed> {
  const handles: FileHandle[] = [];
  try {
    const before = await fileState(realPath);
    if (before === undefined) throw databaseError("DB_MISSING", path, "there is no such file");
    if (await journalIsHot(realPath)) return { disturbed: "a rollback journal of an unfinished change lies beside it" };
    const wait = settleMs(before, Date.now());
    if (wait > 0) return { disturbed: "it is being written all the time", pauseMs: wait };
    const main = await open(realPath, "r");
    handles.push(main);
    const opened = await main.stat({ bigint: true });
    if (!opened.isFile()) throw databaseError("DB_NOT_A_DATABASE", path, "it is not a file");
    if (!sameState(before, stateOf(opened))) return { disturbed: "it was replaced while it was opened" };
    const log = await openLog(realPath);
    if (log !== undefined) handles.push(log.handle);
    const outcome = await readBoth(path, main, before, log, limit).catch(asLarderError);
    if ("disturbed" in outcome) return outcome;
    // What looks damaged may only be half written, so an error too is believed only of an undisturbed file.
    const change = await disturbance(realPath, main, before, outcome, log);
    if (change !== undefined) return { disturbed: change };
    if (outcome instanceof LarderError) throw outcome;
    return outcome;
  } catch (error) {
    throw error instanceof LarderError ? error : fileError(path, error);
  } finally {
    for (const handle of handles) await closeUnlessHeld(handle);
  }
}

/** A refusal as a value; anything else is thrown on. */
function asLarderError(error: unknown): LarderError {
  if (error instanceof LarderError) return error;
  throw error;
}

interface Log {
  readonly handle: FileHandle;
  readonly state: FileState;
  readonly head: Uint8Array;
}

/** Opens the `-wal`, unless it is missing or too short to hold a header. */
async function openLog(realPath: string): Promise<Log | undefined> {
  const state = await fileState(`${realPath}-wal`);
  if (state === undefined || state.size < WAL_HEADER_BYTES) return undefined;
  const handle = await open(`${realPath}-wal`, "r");
  try {
    const own = stateOf(await handle.stat({ bigint: true }));
    return { handle, state: own, head: await readAt(handle, 0, WAL_HEADER_BYTES) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readBoth(
  path: string,
  main: FileHandle,
  state: FileState,
  log: Log | undefined,
  limit: number,
): Promise<DatabaseImage | Disturbed> {
  const head = await readAt(main, 0, HEADER_BYTES);
  const reading = readHeader(head);
  const changeCounter = changeCounterOf(head);
  if (reading.kind === "empty") return { bytes: new Uint8Array(0), state, changeCounter, walMode: false };
  if (reading.kind !== "header") throw headerError(path, reading);
  const committed = log === undefined ? undefined : await scanLog(path, log, reading.header);
  const size = imageSize(path, reading.header, state.size, committed);
  if (size > limit) {
    throw databaseError("DB_TOO_LARGE", path, `it has ${size} bytes, at most ${limit} fit into memory`);
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

/** The error for a first page that is none. */
export function headerError(path: string, reading: Exclude<ReturnType<typeof readHeader>, { kind: "header" }>) {
  if (reading.kind === "corrupt") return databaseError("DB_CORRUPT", path, reading.reason);
  if (reading.kind === "truncated") {
    return databaseError("DB_CORRUPT", path, `it ends after ${reading.bytes} bytes, within its own header`);
  }
  return databaseError("DB_NOT_A_DATABASE", path, "it does not begin like a SQLite database");
}

/** Finds the committed frames of the log; undefined when it commits nothing. */
async function scanLog(path: string, log: Log, database: DatabaseHeader): Promise<CommittedWal | undefined> {
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
    throw databaseError("DB_CORRUPT", path, said);
  }
  return committed;
}

/** Bytes of the image: what the last commit in the log says, or the file itself. */
function imageSize(path: string, header: DatabaseHeader, fileSize: number, committed: CommittedWal | undefined) {
  if (committed === undefined) {
    const expected = (header.pageCount ?? 0) * header.pageSize;
    if (expected <= fileSize) return fileSize;
    throw databaseError("DB_CORRUPT", path, `it is truncated: it has ${fileSize} bytes, its header says ${expected}`);
  }
  const size = committed.databasePages * header.pageSize;
  const available = fileSize + committed.pages.size * header.pageSize;
  if (size <= available) return size;
  const said = `it is truncated: the file and its -wal have ${available} bytes of content, the last commit says ${size}`;
  throw databaseError("DB_CORRUPT", path, said);
}

/** What disturbed the read, if anything did. */
async function disturbance(
  realPath: string,
  main: FileHandle,
  before: FileState,
  outcome: DatabaseImage | LarderError,
  log: Log | undefined,
): Promise<string | undefined> {
  const again = changeCounterOf(await readAt(main, 0, HEADER_BYTES));
  if ("bytes" in outcome && again !== outcome.changeCounter) return "it was changed while it was read";
  if (log !== undefined) {
    const now = await fileState(`${realPath}-wal`);
    if (now === undefined || now.inode !== log.state.inode) return "its -wal was removed while it was read";
    const head = await readAt(log.handle, 0, WAL_HEADER_BYTES);
    if (now.size < log.state.size || Buffer.compare(head, log.head) !== 0) {
      return "its -wal was started anew while it was read";
    }
  }
  if (await journalIsHot(realPath)) return "a rollback journal of an unfinished change lies beside it";
  const after = await fileState(realPath);
  if (after === undefined || !sameState(after, before)) return "it was changed while it was read";
  return undefined;
}

/** Up to `length` bytes; fewer at the end of the file. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

/** Fills `target[from, to)` from a position of the file; false when the file is too short. */
async function fill(handle: FileHandle, target: Uint8Array, from: number, to: number, position: number) {
  for (let at = from; at < to; ) {
    const { bytesRead } = await handle.read(target, at, Math.min(CHUNK_BYTES, to - at), position + at - from);
    if (bytesRead === 0) return false;
    at += bytesRead;
  }
  return true;
}
