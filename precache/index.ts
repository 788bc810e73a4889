/**
 * The door of warming, as a menu: discover, plan, run, list, report, measure, convert, why; with each the types it returns.
 *
 * @module
 */

// discover: which cache, and why that one
export {
  type AddressRange,
  askTxt,
  DISK_CACHE_NAME,
  type Discovery,
  type DiscoveryStep,
  discoverTargets,
  diskCacheServers,
  isPrivateAddress,
  type LocatedServer,
  type LocatorRecords,
  locatorRecordsOf,
  parseLocatorJson,
  parseTxt,
  rangeText,
  readLocatorRecords,
  silentTargets,
} from "./discovery/discovery.ts";
// measure: how fast a cache gives
export * as measure from "./measure/measure.ts";
// plan: what would be fetched
export { requestLayer } from "./options.ts";
// list: what the catalogues offer
export { listAssets, type Prepared, planOnly, planTotals } from "./plan/plan.ts";
// convert: command lines and configurations of precache.py
export * as convert from "./precache-py/precache-py.ts";
export type { WarmReport } from "./report/report.ts";
// report: what it cost and saved
export { reportOf } from "./report/report.ts";
// run: fetch it
export { type RunReport, runPrecache } from "./run/run.ts";
export type { AssetEnd, AssetOutcome, WarmEvent, WarmSummary } from "./warm/warm.ts";
// why: whether a download of this Mac came from a cache
export { readWhy, type Why, type WhyEvent, whyCommand } from "./why/why.ts";
export type { Asset, CacheTarget, Plan, PlannedAsset } from "./words/asset.ts";
export { parseBytes } from "./words/units.ts";
