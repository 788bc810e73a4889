/**
 * Whether a collector on the same state folder counts the bytes of a cache from its database. Then its reports do not: the
 * database is exact, and keeps for weeks what a collector has not read yet.
 *
 * @module
 */
import { type Cursors, lastCommit, streamFolder } from "../../core/journal/journal.ts";
import { noteOf, OWNER_CURSOR } from "../owner.ts";

const DATABASES = ["metrics-db", "metrics-sqlite"];
const ASK_AGAIN_MS = 10_000;

/** @param reads whether the settings read a database at all: where not, reports count from now on */
export function ownDatabase(stateDir: string, reads: boolean): (server: string) => Promise<boolean> {
  let asked: { readonly answer: Promise<string | undefined>; readonly atMs: number } | undefined;
  return async (server) => {
    if (!reads) return false;
    const nowMs = performance.now();
    // one look for all reports that come meanwhile
    if (asked === undefined || nowMs - asked.atMs > ASK_AGAIN_MS) {
      asked = { answer: countedCache(stateDir), atMs: nowMs };
      // what could not be read is asked for again by the next report
      asked.answer.catch(() => {
        asked = undefined;
      });
    }
    return (await asked.answer) === server;
  };
}

async function countedCache(stateDir: string): Promise<string | undefined> {
  const last = await lastCommit(streamFolder(stateDir, "collector"));
  return last === undefined ? undefined : counted(last.cursors);
}

/** The cache a collector reads a database of. */
function counted(cursors: Cursors): string | undefined {
  return DATABASES.some((name) => cursors[name] !== undefined) ? noteOf(cursors[OWNER_CURSOR])?.server : undefined;
}
