/**
 * Which cache to warm, and why that one.
 *
 * @module
 */
export { type Discovery, type DiscoveryStep, type DiscoveryWorld, silentTargets } from "./discover.ts";
export { DISK_CACHE_NAME, diskCacheServers } from "./disk-cache.ts";
export { askTxt } from "./dns-look-up.ts";
export {
  type AddressRange,
  isPrivateAddress,
  type LocatorRecords,
  parseTxt,
  rangeText,
  readLocatorRecords,
} from "./dns-txt.ts";
export { type LocatedServer, parseLocatorJson } from "./locator.ts";
export { locatorRecordsOf } from "./locator-records.ts";
export { discoverTargets, isLocal, requireTargets, roomOf } from "./targets.ts";
