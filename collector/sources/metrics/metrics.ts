/**
 * The door of Apple's metrics databases: Metrics.sqlite of macOS Server and Metrics.db of later systems.
 *
 * @module
 */
export { heldRows } from "./already-journaled.ts";
export { metricsDb } from "./metrics-db.ts";
export { metricsSqlite } from "./metrics-sqlite.ts";
export { newestRowMs } from "./newest-row.ts";
export { BESIDE_MS } from "./placement.ts";
export { type HeldRow, isSameRow } from "./recognise.ts";
