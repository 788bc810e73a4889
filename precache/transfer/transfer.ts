/**
 * One transfer through a cache: its address there, its pace, and whether what came is the file.
 *
 * @module
 */
export { type CachedRanges, parseCachedRanges } from "./cached-ranges.ts";
export { digestToCheck, notTheFile } from "./evidence.ts";
export {
  type AssetHead,
  type AssetRequest,
  createFetcher,
  FetchError,
  type Fetcher,
  type FetchOptions,
  type FetchResult,
} from "./fetcher.ts";
export { DEFAULT_LEAST_RATE, type LeastRate, leastRateFor } from "./least-rate.ts";
export { createPace, readBytesFor } from "./pace.ts";
export { throughCache } from "./through-cache.ts";
