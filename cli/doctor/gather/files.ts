/**
 * Files that have to be there and readable: Apple's databases, the folder of the cache.
 *
 * @module
 */
import { stat, statfs } from "node:fs/promises";
import { newestRowMs } from "../../../collector/index.ts";
import { METRICS_DB_PATH, METRICS_SQLITE_PATH } from "../../../core/cache/cache.ts";
import { errorCode } from "../../../core/errors.ts";
import { openReadOnly } from "../../../core/sqlite/sqlite.ts";
import type { FileRecord } from "../facts/facts.ts";
import type { Surroundings } from "./surroundings.ts";

export interface WantedFiles {
  readonly metricsDb?: string;
  readonly metricsSqlite?: string;
  readonly dataPath?: string | undefined;
}

/** Looks at each; changes nothing. */
export async function lookAtFiles(wanted: WantedFiles, world: Surroundings): Promise<FileRecord[]> {
  const { metricsDb = METRICS_DB_PATH, metricsSqlite = METRICS_SQLITE_PATH, dataPath } = wanted;
  const databases = await Promise.all([
    lookAtDatabase("metrics-db", metricsDb, world),
    lookAtDatabase("metrics-sqlite", metricsSqlite, world),
  ]);
  return dataPath === undefined ? databases : [...databases, await lookAtFolder(dataPath, world)];
}

async function lookAtDatabase(what: FileRecord["what"], path: string, world: Surroundings): Promise<FileRecord> {
  const file = await lookAt(what, path, world);
  if (file.code !== null) return file;
  try {
    return { ...file, newestRow: await newestRow(path) };
  } catch (error) {
    return { ...file, problem: errorCode(error) ?? "UNEXPECTED" };
  }
}

async function lookAtFolder(path: string, world: Surroundings): Promise<FileRecord> {
  const folder = await lookAt("data-folder", path, world);
  const free = await statfs(path).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  return { ...folder, freeBytes: free };
}

async function lookAt(what: FileRecord["what"], path: string, { tryOpen }: Surroundings): Promise<FileRecord> {
  const code = await tryOpen(path).then(
    () => null,
    (error: unknown) => errorCode(error) ?? "UNEXPECTED",
  );
  const facts = await stat(path).catch(() => undefined);
  return {
    ...{ what, path, code, mode: facts?.mode ?? null, owner: facts?.uid ?? null, bytes: facts?.size ?? null },
    changed: facts === undefined ? null : new Date(facts.mtimeMs).toISOString(),
  };
}

/** When the newest row was written; null where there is none. */
async function newestRow(path: string): Promise<string | null> {
  const db = await openReadOnly(path);
  try {
    const newest = newestRowMs(db);
    return newest === undefined ? null : new Date(newest).toISOString();
  } finally {
    db.close();
  }
}
