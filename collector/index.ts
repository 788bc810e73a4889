/**
 * The door of the collector: what a cache records ▶ the journal ▶ the sinks.
 *
 * @module
 */
export { type Collector, type CollectorSetup, createCollector } from "./collector.ts";
export type { SinkFacts } from "./health/facts.ts";
export { readStatusModel, type StatusModel } from "./health/health.ts";
export type { PassReport, SourceReport } from "./pass.ts";
export { checkSchedule, runOnSchedule } from "./schedule.ts";
export { type RetryReport, retryRejected } from "./ship/reject-retry.ts";
export type { ShipReport } from "./ship/ship.ts";
export { type Destination, destinationsOf } from "./sinks/destinations.ts";
export { type KeepDays, type PlannedStep, planInfluxSetup } from "./sinks/setup/setup.ts";
export { createSink } from "./sinks/sinks.ts";
export { hasStatus } from "./sources/detect-sources.ts";
