/**
 * Which sources there are on this machine: settings in, sources out.
 *
 * Apple's own places are looked into only where there is something: a Mac has one generation of database or none yet, and
 * a machine that is not a Mac has no status command. A place the admin named is always read, and its absence is an error.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { METRICS_DB_PATH, METRICS_SQLITE_PATH } from "../../core/cache/cache.ts";
import { LarderError } from "../../core/errors.ts";
import { streamFolder } from "../../core/journal/journal.ts";
import { managerStatusSource, reportedLately } from "./cache-status/cache-status.ts";
import { hasStatus } from "./cache-status/options.ts";
import { metricsDb, metricsSqlite } from "./metrics/metrics.ts";
import type { SourcesOptions } from "./options.ts";
import { ownReportsSource } from "./own-reports/own-reports.ts";
import { clientsFolder, serviceLogSource } from "./service-log/service-log.ts";
import type { Source } from "./source.ts";

const DATABASES = ["metrics-db", "metrics-sqlite"];

/** Where sources run. */
export interface SourcesPlace {
  readonly server: string;
  readonly stateDir: string;
  /** Zone of local days. */
  readonly timezone: string;
}

/**
 * Makes the databases' sources once, as they remember what they have seen, and gives those of each pass.
 * The status counts bytes only where no metrics database counts the same.
 * @returns a function that throws LarderError `SOURCE_NONE` when there is nothing to read.
 */
export function sourcesOf(settings: SourcesOptions, place: SourcesPlace): () => Source[] {
  const { metricsSqlite: sqlite, metricsDb: db, managerStatus, serviceLog } = settings;
  const databases = [
    ...(sqlite.enabled ? [metricsSqlite({ path: sqlite.path })] : []),
    ...(db.enabled ? [metricsDb({ path: db.path })] : []),
  ];
  const log = serviceLog.enabled
    ? [serviceLogSource({ ...serviceLog, folder: clientsFolder(place.stateDir), dayZone: place.timezone })]
    : [];
  const reported = async (nowMs: number): Promise<boolean> => await reportedLately(place.stateDir, place.server, nowMs);
  const receiver = streamFolder(place.stateDir, "receiver");
  const ownReports = (hasDatabase: boolean): Source[] =>
    existsSync(receiver) ? [ownReportsSource({ stateDir: place.stateDir, databases: DATABASES, hasDatabase })] : [];
  const usual = new Set([METRICS_DB_PATH, METRICS_SQLITE_PATH]);
  return () => {
    const present = databases.filter((each) => !usual.has(each.place) || existsSync(each.place));
    const bytes = present.length === 0;
    const status = hasStatus(managerStatus) ? [managerStatusSource({ ...managerStatus, bytes, reported })] : [];
    const here = [...present, ...status, ...log];
    // after the databases, before a status that has nothing to add where they or reports count
    const all = [...present, ...ownReports(present.length > 0), ...status, ...log];
    if (here.length > 0 || (databases.length === 0 && !managerStatus.enabled)) return all;
    throw new LarderError(`Cannot collect on "${place.server}": neither of Apple's metrics databases is there`, {
      code: "SOURCE_NONE",
      state: "nothing was changed",
      next: "switch content caching on and wait a minute, or set sources.metricsDb.path or sources.metricsSqlite.path",
      retryable: true,
    });
  };
}
