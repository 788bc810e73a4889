/**
 * The settings of the cache on this computer, as `AssetCacheManagerUtil -j settings` prints them.
 *
 * @module
 */

/** `DataPath`, the folder of the cache's files; undefined where the answer names none. */
export function parseDataPath(text: string): string | undefined {
  try {
    const result = (JSON.parse(text) as { result?: { DataPath?: unknown } | null } | null)?.result;
    const path = result?.DataPath;
    return typeof path === "string" && path.startsWith("/") ? path : undefined;
  } catch {
    return undefined;
  }
}
