/**
 * The door of the sources: where figures of a cache come from.
 *
 * @module
 */
export {
  MANAGER_STATUS,
  type ManagerStatusCursor,
  type OwnAnswers,
  parseCursor,
  serviceState,
} from "./cache-status/cache-status.ts";
export { hasStatus } from "./cache-status/options.ts";
export { type DatabaseLines, readDatabase } from "./database-lines.ts";
export { sourcesOf } from "./detect-sources.ts";
export { newestRowMs } from "./metrics/metrics.ts";
export {
  HANDED_OVER,
  type HandedOver,
  type HandedRow,
  handedJson,
  newestReported,
  OWN_REPORTS,
  parseHanded,
  parseOwnReports,
} from "./own-reports/own-reports.ts";
export { forgetClients, recentOf, SERVICE_LOG, understandsMessage } from "./service-log/service-log.ts";
export { CLOCK_AHEAD_MS, type Source, type SourceBatch, type SourceContext, type Understood } from "./source.ts";
