/**
 * Where Apple keeps its databases, and what its commands are called.
 *
 * @module
 */

/** macOS Server 5.2; it follows a moved server root. */
export const METRICS_SQLITE_PATH = "/Library/Server/Caching/Logs/Metrics.sqlite";

/** macOS 10.13.4 and later; it does not move with the cache. */
export const METRICS_DB_PATH = "/Library/Application Support/Apple/AssetCache/Metrics/Metrics.db";

/** Comes with macOS 10.13 and later; status and settings need no rights. */
export const ASSET_CACHE_MANAGER = "/usr/bin/AssetCacheManagerUtil";
