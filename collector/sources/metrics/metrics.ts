/**
 * The door of Apple's metrics databases: Metrics.sqlite of macOS Server and Metrics.db of later systems.
 *
 * @module
 */
export { metricsDb } from "./metrics-db.ts";
export { metricsSqlite } from "./metrics-sqlite.ts";
