/**
 * The door of warming: find the cache, plan, run, report.
 *
 * @module
 */
export type { Asset, AssetGroup, CacheTarget, DeviceCount, Plan, PlannedAsset } from "./asset.ts";
export { ASSET_GROUPS } from "./asset.ts";
export { type Discovery, type DiscoveryStep, discover, targetByHand } from "./discovery/discovery.ts";
export { createLookUp, searchDomain } from "./discovery/dns-look-up.ts";
export { type LocatorRecords, rangeText, readLocatorRecords } from "./discovery/dns-txt.ts";
export { type PlanTotals, planTotals, planWarming } from "./plan.ts";
export type {
  AssetEnd,
  AssetOutcome,
  AssetStart,
  RunEnd,
  RunStart,
  WarmEvent,
  WarmSummary,
  WarmSums,
} from "./warm-events.ts";
