/**
 * Half-made files that a killed run left beside a database.
 *
 * @module
 */
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../../errors.ts";

/** Removes temporary files of a database (`<name>.<pid>.<hex>.tmp`) whose process is gone. They may hold what it holds. */
export async function removeLeftovers(realPath: string): Promise<void> {
  const start = `${basename(realPath)}.`;
  for (const name of await readdir(dirname(realPath))) {
    if (!name.startsWith(start)) continue;
    const pid = /^(\d+)\.[0-9a-f]{8}\.tmp$/.exec(name.slice(start.length))?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dirname(realPath), name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}
