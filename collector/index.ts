/**
 * The door of the collector: what a cache records ▶ the journal ▶ the sinks.
 *
 * @module
 */
export { type Collector, CollectorMemory, type CollectorSetup, createCollector } from "./collector.ts";
export {
  type CacheFacts,
  cacheFindings,
  findings,
  type GatherOptions,
  gatherPipe,
  type Pipe,
  type PipeFacts,
  type PipeOptions,
  readPipe,
  readStatusModel,
  type SinkFacts,
  type StatusModel,
  statusFindings,
} from "./health/health.ts";
export {
  checkSinks,
  type ImportOptions,
  type ImportProgress,
  type ImportReport,
  importInflux,
  type ServerReport,
} from "./import/import.ts";
export { type Exposition, openExposition } from "./open-metrics/open-metrics.ts";
export type { PassReport, SourceReport } from "./pass.ts";
export {
  declarations,
  faultText,
  heardCaches,
  openReceiver,
  openSiteFile,
  parseCacheSettings,
  type Receiver,
  type ReportsWanted,
  readSites,
  reportKeys,
  SECURITY_CONFIGS,
  type SecurityConfig,
  type SiteTable,
  sitesOf,
  warmUpReceiver,
} from "./receiver/receiver.ts";
export { checkSchedule, runOnSchedule, type ScheduleOptions } from "./schedule.ts";
export type { ShipReport } from "./ship/ship.ts";
export { type RetryReport, retryRejected } from "./ship/ship.ts";
export {
  askSink,
  basicAuthorization,
  createSink,
  type Destination,
  destinationsOf,
  type KeepDays,
  type PlannedStep,
  type ProbeContext,
  planInfluxSetup,
  probeSink,
  type SinkProbe,
} from "./sinks/sinks.ts";
export { hasStatus, newestRowMs, readDatabase, understandsMessage } from "./sources/sources.ts";
