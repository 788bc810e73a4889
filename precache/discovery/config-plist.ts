/**
 * The port in a cache's own settings: `/Library/Preferences/com.apple.AssetCache.plist` (`LastPort`, else `Port`; 0 means
 * "any") and, in the days of Server.app, `/Library/Server/Caching/Config/Config.plist` (`Port`).
 *
 * @module
 */

/** Where a cache keeps its settings, newest system first. */
export const CONFIG_PLISTS = [
  "/Library/Preferences/com.apple.AssetCache.plist",
  "/Library/Server/Caching/Config/Config.plist",
] as const;

/** The port a settings file names, or undefined when it names none. */
export function configPort(plist: unknown): number | undefined {
  if (typeof plist !== "object" || plist === null) return undefined;
  const { LastPort, Port } = plist as Record<string, unknown>;
  return portOf(LastPort) ?? portOf(Port);
}

function portOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number > 0 && number < 65_536 ? number : undefined;
}
