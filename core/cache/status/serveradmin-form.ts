/**
 * `serveradmin fullstatus caching` of macOS 10.12 and earlier: `caching:Peers:_array_index:0:port = 49094`.
 *
 * @module
 */
import { LIMITS, type Raw, type RawMap, unreadableStatus } from "./raw.ts";

const LINE = /^caching:(\S+) = (.*)$/;
const INDEX = "_array_index";

type Open = Map<string, Raw | Open>;

/**
 * The status in an output, or undefined when it is not of this form. Of a repeated key, as where settings
 * come before the status, the last counts.
 * @throws LarderError `STATUS_HOSTILE` past the limits.
 */
export function parseServeradminForm(text: string, place: string): RawMap | undefined {
  if (!/^caching:\S+ = /m.test(text)) return undefined;
  const lines = text.split(/\r?\n/);
  if (lines.length > LIMITS.entries)
    throw unreadableStatus(place, `it has ${lines.length} lines`, { code: "STATUS_HOSTILE" });
  const root: Open = new Map();
  for (const line of lines) {
    const [, path, value] = LINE.exec(line.trim()) ?? [];
    if (path === undefined || value === undefined) continue;
    const keys = path.split(":");
    if (keys.length > LIMITS.depth) throw unreadableStatus(place, "it is nested too deep", { code: "STATUS_HOSTILE" });
    put(root, keys, unquote(value));
  }
  const status = close(root);
  // a list at the top is not a status
  return status instanceof Map ? status : undefined;
}

function put(root: Open, keys: readonly string[], value: string): void {
  let map = root;
  for (const key of keys.slice(0, -1)) {
    const known = map.get(key);
    const next: Open = known instanceof Map ? (known as Open) : new Map();
    map.set(key, next);
    map = next;
  }
  const last = keys.at(-1);
  if (last !== undefined) map.set(last, value);
}

/** `{_array_index: {0: …, 1: …}}` is a list; its order is that of the lines. */
function close(open: Raw | Open): Raw {
  if (!(open instanceof Map)) return open;
  const items = open.get(INDEX);
  if (items instanceof Map) return [...items.values()].map(close);
  return new Map([...open].map(([key, value]) => [key, close(value)]));
}

function unquote(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1) : value;
}
