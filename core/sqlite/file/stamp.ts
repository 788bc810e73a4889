/**
 * What the file system reports of a database and the files beside it, to see that nothing changed.
 *
 * @module
 */
import type { BigIntStats } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { errorCode } from "../../errors.ts";
import { fileError } from "../database-errors.ts";

/**
 * File times come from a clock that ticks every 1 to 10 ms on Linux: two writes within a tick leave the same time. A
 * time younger than this may therefore stand for more than one state of the file.
 */
const TICK_NS = 15_000_000n;

/** One file as far as change is concerned. */
export interface FileState {
  readonly inode: string;
  readonly size: number;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
}

/** The real path of a database: SQLite looks for `-wal` and `-journal` beside the file, not beside a link to it. */
export async function resolveDatabase(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

/** The state of a file; undefined when there is none. */
export async function fileState(path: string): Promise<FileState | undefined> {
  try {
    return stateOf(await stat(path, { bigint: true }));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

export function stateOf(stats: BigIntStats): FileState {
  return {
    inode: `${stats.dev}:${stats.ino}`,
    size: Number(stats.size),
    modifiedNs: stats.mtimeNs,
    changedNs: stats.ctimeNs,
  };
}

export function sameState(left: FileState, right: FileState): boolean {
  return (
    left.inode === right.inode &&
    left.size === right.size &&
    left.modifiedNs === right.modifiedNs &&
    left.changedNs === right.changedNs
  );
}

/** Milliseconds to wait until a file's time is old enough to identify its state; 0 when it is. */
export function settleMs(state: FileState, nowMs: number): number {
  const age = BigInt(Math.round(nowMs)) * 1_000_000n - state.modifiedNs;
  return age >= TICK_NS || age < -TICK_NS ? 0 : Number((TICK_NS - age) / 1_000_000n) + 1;
}

/** True when a rollback journal lies beside the database and is live or hot: it has a header that is not wiped. */
export async function journalIsHot(realPath: string): Promise<boolean> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(`${realPath}-journal`, "r");
    const first = new Uint8Array(1);
    const { bytesRead } = await handle.read(first, 0, 1, 0);
    return bytesRead === 1 && first[0] !== 0;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    // A journal that cannot be read cannot be told from a hot one.
    return true;
  } finally {
    await handle?.close();
  }
}

/**
 * Names the state of a database and its `-wal` without reading them. While two stamps are equal nothing was written in
 * between, so a pass that ended with the first has nothing to do. A file written within the last 15 ms never gives
 * equal stamps. Take the stamp before reading.
 * @throws LarderError `DB_MISSING`, `DB_DENIED`.
 */
export async function databaseStamp(path: string, nowMs: () => number = Date.now): Promise<string> {
  const realPath = await resolveDatabase(path);
  try {
    const parts: string[] = [];
    for (const suffix of ["", "-wal", "-journal"]) {
      const state = await fileState(realPath + suffix);
      if (state === undefined || (suffix !== "" && state.size === 0)) {
        parts.push("-");
        continue;
      }
      const now = nowMs();
      const young = settleMs(state, now) > 0 ? `~${now}.${process.hrtime.bigint()}` : "";
      parts.push(`${state.inode}:${state.size}:${state.modifiedNs}:${state.changedNs}${young}`);
    }
    return parts.join("|");
  } catch (error) {
    throw fileError(path, error);
  }
}
