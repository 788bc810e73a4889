/**
 * The door of warming, as a menu: discover, plan, run, list, report, measure, convert; with each the types it returns.
 *
 * @module
 */
export type { Asset, CacheTarget, Plan, PlannedAsset } from "./asset.ts";
// measure: how fast a cache gives
export * as measure from "./bench.ts";
// discover: which cache, and why that one
export { type Discovery, type DiscoveryStep, silentTargets } from "./discovery/discovery.ts";
export { type LocatorRecords, rangeText } from "./discovery/dns-txt.ts";
export { locatorRecordsOf } from "./discovery/locator-records.ts";
// list: what the catalogues offer
export { listAssets } from "./list-assets.ts";
// plan: what would be fetched
export { overlayOptions } from "./options.ts";
export { planTotals } from "./plan.ts";
// convert: what precache.py was asked and told
export * as convert from "./precache-py/precache-py.ts";
export { type Prepared, planOnly } from "./prepare.ts";
export { parseBytes } from "./quantity.ts";
// report: what it cost and saved
export { reportOf } from "./report-of.ts";
// run: fetch it
export { type RunReport, runPrecache } from "./run.ts";
export { discoverTargets } from "./targets.ts";
export type { AssetEnd, AssetOutcome, WarmEvent, WarmSummary } from "./warm-events.ts";
export type { WarmReport } from "./warm-report.ts";
