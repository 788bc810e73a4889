/**
 * The door of warming: find the cache, plan, run, report.
 *
 * @module
 */
export type { Asset, AssetGroup, CacheTarget, DeviceCount, Plan, PlannedAsset } from "./asset.ts";
export { ASSET_GROUPS } from "./asset.ts";
export {
  type BenchPass,
  type BenchRow,
  type BenchWorkload,
  benchCache,
  benchRows,
  benchWorkload,
  parseWorkload,
} from "./bench.ts";
export type { Discovery, DiscoveryStep } from "./discovery/discovery.ts";
export { createLookUp, searchDomain } from "./discovery/dns-look-up.ts";
export { type LocatorRecords, rangeText, readLocatorRecords } from "./discovery/dns-txt.ts";
export { readLastAsked } from "./last-asked.ts";
export { listAssets } from "./list-assets.ts";
export { overlayOptions } from "./options.ts";
export { type PlanTotals, planTotals, planWarming } from "./plan.ts";
export {
  isPrecachePyCommandLine,
  parsePrecachePyArguments,
} from "./precache-py/arguments.ts";
export { CONFIGURATION_NAMES, fromPrecachePyConfiguration, withNamedSecrets } from "./precache-py/configuration.ts";
export { fromPrecachePyArguments, type PrecachePyRequest } from "./precache-py/flags.ts";
export type { PrecachePyNote } from "./precache-py/notes.ts";
export { gatherContext, type PrepareContext, type Prepared, planOnly, prepare } from "./prepare.ts";
export { parseBytes, parseSeconds } from "./quantity.ts";
export { type RunContext, type RunReport, type RunVerdict, runFolder, runPrecache } from "./run.ts";
export { discoverTargets } from "./targets.ts";
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
export { type WarmReport, warmReport } from "./warm-report.ts";
