/**
 * Reading a database without locks: check, read, check again, or start over.
 *
 * What was read is accepted only when nothing of this happened meanwhile: the main file changed (inode, size, times in ns,
 * change counter), a rollback journal appeared, or the `-wal` was restarted (inode, size, its header with the salts).
 * Appending to the log does no harm: frames up to the last commit that was seen are never written again before the log is
 * restarted. A file changed within the last 15 ms is left to settle first, because its time may not show a further change.
 *
 * @module
 */
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, LarderError } from "../../errors.ts";
import { databaseError, fileError } from "../database-errors.ts";
import { changeCounterOf, HEADER_BYTES, WAL_HEADER_BYTES } from "./header.ts";
import { closeUnlessHeld } from "./held-files.ts";
import { type FileState, fileState, journalIsHot, resolveDatabase, sameState, settleMs, stateOf } from "./stamp.ts";

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 20;

/** The files of a database, open, in a moment that may turn out to be quiet. */
export interface QuietFiles {
  readonly realPath: string;
  readonly main: FileHandle;
  readonly state: FileState;
  /** Up to 100 bytes. */
  readonly head: Uint8Array;
  readonly log: WalFile | undefined;
}

/** A `-wal` that is long enough to hold a header. */
export interface WalFile {
  readonly handle: FileHandle;
  readonly state: FileState;
  readonly head: Uint8Array;
}

/** Why an attempt found no quiet moment, and how long to wait before the next. */
export interface Disturbed {
  readonly disturbed: string;
  readonly pauseMs?: number;
}

/**
 * Runs `read` until nothing disturbed it. What it throws as a LarderError is believed only when nothing disturbed it
 * either: half a change looks like damage.
 * @throws LarderError of `read`, of the file system, or `DB_LOCKED` when there was no quiet moment within the time.
 */
export async function whenQuiet<T extends object>(
  path: string,
  timeoutMs: number,
  read: (files: QuietFiles) => Promise<T | Disturbed>,
): Promise<T> {
  const realPath = await resolveDatabase(path);
  const deadline = performance.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
    const outcome = await attempt(path, realPath, read);
    if (!("disturbed" in outcome)) return outcome;
    if (performance.now() + pause > deadline) {
      throw databaseError(path, `${outcome.disturbed}; there was no quiet moment in the time given`, {
        code: "DB_LOCKED",
      });
    }
    await sleep(outcome.pauseMs ?? pause);
  }
}

async function attempt<T extends object>(
  path: string,
  realPath: string,
  read: (files: QuietFiles) => Promise<T | Disturbed>,
): Promise<T | Disturbed> {
  const handles: FileHandle[] = [];
  try {
    const before = await fileState(realPath);
    if (before === undefined) throw databaseError(path, "there is no such file", { code: "DB_MISSING" });
    if (await journalIsHot(realPath)) return { disturbed: "a rollback journal of an unfinished change lies beside it" };
    const wait = settleMs(before, Date.now());
    if (wait > 0) return { disturbed: "it is being written all the time", pauseMs: wait };
    const main = await open(realPath, "r");
    handles.push(main);
    const opened = await main.stat({ bigint: true });
    if (!opened.isFile()) throw databaseError(path, "it is not a file", { code: "DB_NOT_A_DATABASE" });
    if (!sameState(before, stateOf(opened))) return { disturbed: "it was replaced while it was opened" };
    const log = await openLog(realPath);
    if (log !== undefined) handles.push(log.handle);
    const files = { realPath, main, state: before, head: await readAt(main, 0, HEADER_BYTES), log };
    const outcome = await read(files).catch(asLarderError);
    if ("disturbed" in outcome) return outcome;
    // What looks damaged may only be half written, so an error too is believed only of an undisturbed file.
    const change = await disturbance(files);
    if (change !== undefined) return { disturbed: change };
    if (outcome instanceof LarderError) throw outcome;
    return outcome;
  } catch (error) {
    // The -wal goes when its owner closes the database; the next attempt finds out whether the database itself is gone.
    if (errorCode(error) === "ENOENT") return { disturbed: "one of its files was removed while it was read" };
    throw fileError(path, error);
  } finally {
    for (const handle of handles) await closeUnlessHeld(handle);
  }
}

/** A refusal as a value; anything else is thrown on. */
function asLarderError(error: unknown): LarderError {
  if (error instanceof LarderError) return error;
  throw error;
}

/** Opens the `-wal`, unless it is missing or too short to hold a header. */
async function openLog(realPath: string): Promise<WalFile | undefined> {
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

/** What disturbed the read, if anything did. */
async function disturbance({ realPath, main, state, head, log }: QuietFiles): Promise<string | undefined> {
  const again = await readAt(main, 0, HEADER_BYTES);
  if (changeCounterOf(again) !== changeCounterOf(head)) return "it was changed while it was read";
  if (log !== undefined) {
    const now = await fileState(`${realPath}-wal`);
    if (now === undefined || now.inode !== log.state.inode) return "its -wal was removed while it was read";
    const start = await readAt(log.handle, 0, WAL_HEADER_BYTES);
    if (now.size < log.state.size || Buffer.compare(start, log.head) !== 0) {
      return "its -wal was restarted while it was read";
    }
  }
  if (await journalIsHot(realPath)) return "a rollback journal of an unfinished change lies beside it";
  const after = await fileState(realPath);
  if (after === undefined || !sameState(after, state)) return "it was changed while it was read";
  return undefined;
}

/** Up to `length` bytes; fewer at the end of the file. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
