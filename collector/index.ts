/**
 * The door of the collector: what a cache records ▶ the journal ▶ the sinks.
 *
 * @module
 */
export { type Collector, type CollectorSetup, createCollector } from "./collector.ts";
export { type KeepDays, type PlannedStep, planInfluxSetup } from "./influx-setup.ts";
export type { PassReport, SourceReport } from "./pass.ts";
export { type RetryReport, retryRejected } from "./reject-retry.ts";
export { runOnSchedule } from "./schedule.ts";
export { checkUse } from "./settings-check.ts";
export type { ShipReport } from "./ship.ts";
export { createSink } from "./sinks/create.ts";
export { type Destination, destinationsOf } from "./sinks/destinations.ts";
export { hasStatus } from "./sources/present.ts";
export type { SinkFacts } from "./status/facts.ts";
export type { Finding } from "./status/findings.ts";
export { readStatusModel, type StatusModel } from "./status/status.ts";
