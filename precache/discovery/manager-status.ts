/**
 * What `AssetCacheManagerUtil -j status` says that warming needs: is it serving, on which port, with how much room, and
 * who its parents and peers are. The collector reads the rest of it.
 *
 * @module
 */

/** Another cache the asked one knows. */
export interface Neighbour {
  readonly hostPort: string;
  readonly guid: string | undefined;
  readonly healthy: boolean | undefined;
}

/** A cache's word about itself. */
export interface CacheStatus {
  readonly active: boolean;
  /** TCP port; undefined while it serves nobody. */
  readonly port: number | undefined;
  readonly guid: string | undefined;
  /** In Apple's word, such as `OK` or `LOWSPACE`. */
  readonly state: string | undefined;
  /** Bytes it can still take without evicting; never negative. */
  readonly freeBytes: number | undefined;
  readonly parents: readonly Neighbour[];
  readonly peers: readonly Neighbour[];
}

type Members = Readonly<Record<string, unknown>>;

const MAX_NEIGHBOURS = 500;

/** The status in the tool's JSON, or undefined when the text is none. Numbers may be numbers or digits. */
export function parseManagerStatus(text: string): CacheStatus | undefined {
  const result = resultOf(text);
  if (result === undefined) return undefined;
  const [port, guid, state] = [wholeNumber(result["Port"]), result["ServerGUID"], result["CacheStatus"]];
  return {
    active: result["Active"] === true || result["Active"] === 1,
    port: port !== undefined && port > 0 && port < 65_536 ? port : undefined,
    guid: typeof guid === "string" ? guid : undefined,
    state: typeof state === "string" ? state : undefined,
    freeBytes: freeBytes(result),
    parents: neighbours(result["Parents"]),
    peers: neighbours(result["Peers"]),
  };
}

/** `DataPath` in the answer of `AssetCacheManagerUtil -j settings`. */
export function parseDataPath(text: string): string | undefined {
  const path = resultOf(text)?.["DataPath"];
  return typeof path === "string" && path.startsWith("/") ? path : undefined;
}

function resultOf(text: string): Members | undefined {
  try {
    const result = (JSON.parse(text) as { result?: unknown } | null)?.result;
    return typeof result === "object" && result !== null && !Array.isArray(result) ? (result as Members) : undefined;
  } catch {
    return undefined;
  }
}

/** CacheFree is negative on a cache that holds more than it should: it has no room. */
function freeBytes(result: Members): number | undefined {
  const free = wholeNumber(result["CacheFree"]);
  return free === undefined ? undefined : Math.max(0, free);
}

function neighbours(value: unknown): Neighbour[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_NEIGHBOURS).flatMap((item) => {
    if (typeof item !== "object" || item === null) return [];
    const { address, port, guid, healthy } = item as Members;
    const number = wholeNumber(port);
    if (typeof address !== "string" || number === undefined || number < 1 || number > 65_535) return [];
    const host = address.includes(":") ? `[${address}]` : address;
    return [
      {
        hostPort: `${host}:${number}`,
        guid: typeof guid === "string" ? guid : undefined,
        healthy: typeof healthy === "boolean" ? healthy : undefined,
      },
    ];
  });
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}
