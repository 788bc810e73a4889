/**
 * Options of the sources: `sources`.
 *
 * @module
 */
import * as z from "zod";
import { METRICS_DB_PATH, METRICS_SQLITE_PATH } from "../../core/cache/cache.ts";
import { managerStatusOptions } from "./cache-status/options.ts";
import { serviceLogOptions } from "./service-log/options.ts";

/** A database of Apple's. */
function databaseSource(defaultPath: string) {
  return z
    .strictObject({
      enabled: z.boolean().default(true).describe("false leaves this source out"),
      path: z.string().min(1).default(defaultPath).describe("the database; Apple's own place by default"),
    })
    .prefault({});
}

export const sourcesSchema = z.strictObject({
  metricsSqlite: databaseSource(METRICS_SQLITE_PATH),
  metricsDb: databaseSource(METRICS_DB_PATH),
  managerStatus: managerStatusOptions.prefault({}),
  serviceLog: serviceLogOptions.prefault({}),
});

export type SourcesOptions = z.output<typeof sourcesSchema>;
