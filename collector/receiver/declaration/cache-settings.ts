/**
 * The settings of a cache as `AssetCacheManagerUtil -j settings` prints them, and which of them a declaration can hold.
 *
 * @module
 */
import { errorText, LarderError } from "../../../core/errors.ts";
import { parseReportJson } from "../report-json.ts";

type KeyType = "boolean" | "integer" | "text" | "list";

/** Keys of the declaration `com.apple.configuration.content-cache.settings` that are not about reports. */
export const SETTING_KEYS: ReadonlyMap<string, KeyType> = new Map<string, KeyType>([
  ["AllowCacheDelete", "boolean"],
  ["AllowPersonalCaching", "boolean"],
  ["AllowSharedCaching", "boolean"],
  ["AutoActivation", "boolean"],
  ["AutoEnableTetheredCaching", "boolean"],
  ["CacheLimit", "integer"],
  ["DataPath", "text"],
  ["DenyActivation", "boolean"],
  ["DenyTetheredCaching", "boolean"],
  ["DisplayAlerts", "boolean"],
  ["KeepAwake", "boolean"],
  ["ListenRanges", "list"],
  ["ListenRangesOnly", "boolean"],
  ["ListenWithPeersAndParents", "boolean"],
  ["LocalSubnetsOnly", "boolean"],
  ["LogClientIdentity", "boolean"],
  ["ParentSelectionPolicy", "text"],
  ["Parents", "list"],
  ["PeerFilterRanges", "list"],
  ["PeerListenRanges", "list"],
  ["PeerLocalSubnetsOnly", "boolean"],
  ["PersonalCacheLimit", "integer"],
  ["Port", "integer"],
  ["PublicRanges", "list"],
]);

/** Settings of a cache. */
export interface CacheSettings {
  /** Keys a declaration can hold, as they are set. No list among them is empty: that would mean nobody. */
  readonly kept: Readonly<Record<string, unknown>>;
  /** Keys it cannot hold, and lists that are empty. */
  readonly left: readonly string[];
}

/**
 * Reads the settings.
 * @param text the command's output
 * @throws LarderError `RECEIVE_SETTINGS` for anything else: a declaration without them would reset the cache
 */
export function parseCacheSettings(text: string, place: string): CacheSettings {
  const result = resultOf(text, place);
  const kept: Record<string, unknown> = {};
  const left: string[] = [];
  for (const [key, value] of Object.entries(result)) {
    const type = SETTING_KEYS.get(key);
    if (type === undefined || (Array.isArray(value) && value.length === 0)) left.push(key);
    else if (isOf(type, value)) kept[key] = value;
    else throw unusable(place, `the value of ${key} is not what this key has`);
  }
  if (Object.keys(kept).length === 0) throw unusable(place, "it holds none of the settings of a cache");
  return { kept, left };
}

function isOf(type: KeyType, value: unknown): boolean {
  if (type === "list") return Array.isArray(value);
  if (type === "integer") return Number.isSafeInteger(value) && (value as number) >= 0;
  return typeof value === (type === "text" ? "string" : type);
}

function resultOf(text: string, place: string): object {
  // lines of log may come before it
  const start = text.search(/^[[{]/m);
  if (start < 0) throw unusable(place, "it is not the JSON that AssetCacheManagerUtil -j settings prints");
  let value: unknown;
  try {
    value = parseReportJson(Buffer.from(text.slice(start), "utf8"));
  } catch (error) {
    throw unusable(place, errorText(error), error);
  }
  const [document] = Array.isArray(value) ? (value as unknown[]) : [value];
  const { name, result } = (document ?? {}) as { name?: unknown; result?: unknown };
  if (name !== "settings" || typeof result !== "object" || result === null || Array.isArray(result)) {
    throw unusable(place, 'expected {"name":"settings","result":{…}}');
  }
  return result;
}

function unusable(place: string, why: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot use the settings of the cache in "${place}": ${why}`, {
    code: "RECEIVE_SETTINGS",
    state: "nothing was printed: a declaration without the present settings would set the cache back to Apple's",
    next: "on the cache: AssetCacheManagerUtil -j settings 2>/dev/null > settings.json; then give that file with --settings",
    ...(cause === undefined ? {} : { cause }),
  });
}
