/**
 * How the journal itself is: whether it is what was written, and whether there is room to write.
 *
 * @module
 */
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../../core/errors.ts";
import { checkJournal, loadSuspects } from "../../core/journal/journal.ts";
import { SET_ASIDE } from "../set-aside.ts";
import { rejectPath } from "../ship/ship.ts";
import type { JournalFacts } from "./facts.ts";

/** A screen is not waited for longer: what is older is left to the collector's rounds and `larder journal verify`. */
const CHECK_MS = 50;

/** Reads only. Of a large journal the newest segments are checked, and all of it for holes. */
export async function gatherJournal(stateDir: string): Promise<JournalFacts> {
  const until = performance.now() + CHECK_MS;
  const path = rejectPath(stateDir, SET_ASIDE);
  return {
    streams: await checkJournal(stateDir, {
      goOn: () => performance.now() < until,
      suspects: await loadSuspects(stateDir),
    }),
    freeBytes: await freeBytes(stateDir),
    setAside: { path, bytes: (await sizeOf(path)) ?? 0 },
  };
}

/** Room on the disk of a folder that may not be there yet; undefined where nobody knows. */
async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(folder);
    return errorCode(error) === "ENOENT" && parent !== folder ? await freeBytes(parent) : undefined;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
