/**
 * Which cache to warm, and why that one.
 *
 * @module
 */
export { type Discovery, type DiscoveryStep, type DiscoveryWorld, silentTargets } from "./discover.ts";
export { type LocatorRecords, rangeText } from "./dns-txt.ts";
export { locatorRecordsOf } from "./locator-records.ts";
export { discoverTargets, isLocal, requireTargets, roomOf } from "./targets.ts";
