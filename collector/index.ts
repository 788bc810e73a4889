/**
 * The door of the collector: what a cache records ▶ the journal ▶ the sinks.
 *
 * @module
 */
export { type Collector, type CollectorSetup, createCollector } from "./collector.ts";
export type { PassReport, SourceReport } from "./pass.ts";
export { runOnSchedule } from "./schedule.ts";
export type { ShipReport } from "./ship.ts";
