/**
 * `AssetCacheManagerUtil -j status`: a JSON document, perhaps after lines of log, perhaps in the array of `-a`.
 *
 * @module
 */
import { LIMITS, type Raw, type RawMap, STATUS_KEYS, unreadableStatus } from "./raw.ts";

/** A stretch of text that begins like a document. */
interface Candidate {
  readonly end: number;
  /** `whole`: its brackets match. `half`: the text ends inside it. `deep`: nested beyond the limit. */
  readonly kind: "whole" | "half" | "deep";
}

const MAX_CANDIDATES = 64;

/**
 * The `result` of the status document in an output.
 * @throws LarderError `STATUS_INCOMPLETE` when the output ends inside a document, `STATUS_HOSTILE` past the limits,
 * `STATUS_EMPTY` when there is a document without a status. Undefined when there is no JSON at all.
 */
export function parseJsonForm(text: string, place: string): RawMap | undefined {
  let half = false;
  let deep = false;
  let documents = 0;
  let candidates = 0;
  for (let at = nextStart(text, 0); at >= 0 && candidates < MAX_CANDIDATES; candidates++) {
    const { end, kind } = scan(text, at);
    if (kind !== "whole") {
      half ||= kind === "half";
      deep ||= kind === "deep";
      at = nextStart(text, at + 1);
      continue;
    }
    const value = parse(text.slice(at, end));
    if (value !== undefined) {
      documents++;
      const result = findResult(value);
      if (result !== undefined) return toRaw(result, LIMITS.depth, place) as RawMap;
      at = nextStart(text, end);
    } else {
      at = nextStart(text, at + 1);
    }
  }
  if (deep)
    throw unreadableStatus(place, `it is nested deeper than ${LIMITS.depth} levels`, { code: "STATUS_HOSTILE" });
  if (half) throw unreadableStatus(place, "it ends in the middle of its JSON", { code: "STATUS_INCOMPLETE" });
  if (documents > 0) throw unreadableStatus(place, "its JSON holds no result of a status", { code: "STATUS_EMPTY" });
  return undefined;
}

/** Where the next document may begin: at the beginning of a line, or after a log's prefix with a name we know. */
function nextStart(text: string, from: number): number {
  const pattern = /^[ \t\ufeff]*[[{]|[[{](?=\s{0,8}\{?\s{0,8}"(?:name|result)")/gm;
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  return found === null ? -1 : found.index + found[0].length - 1;
}

/** Finds the end of a document by its brackets, outside strings. */
function scan(text: string, start: number): Candidate {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > LIMITS.depth) return { end: i, kind: "deep" };
    } else if ((code === 0x7d || code === 0x5d) && --depth === 0) {
      return { end: i + 1, kind: "whole" };
    }
  }
  return { end: text.length, kind: "half" };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The result inside `{"name":"status","result":{…}}`, inside an array of such, or bare. */
function findResult(value: unknown): object | undefined {
  if (Array.isArray(value)) {
    for (const item of value.slice(0, LIMITS.entries)) {
      const found = isObject(item) ? findResult(item) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const own = new Map<string, unknown>(Object.entries(value));
  const result = own.get("result");
  if (own.has("name") || own.has("result")) {
    const named = own.get("name") === undefined || own.get("name") === "status";
    return named && isObject(result) && hasStatusKey(result) ? result : undefined;
  }
  return hasStatusKey(value) ? value : undefined;
}

function hasStatusKey(value: object): boolean {
  return STATUS_KEYS.some((key) => Object.hasOwn(value, key));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON as raw values; null counts as absent, and of a repeated key the last counts, as for Apple's reader. */
function toRaw(value: unknown, depth: number, place: string): Raw | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null || depth === 0) return undefined;
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (size > LIMITS.entries) {
    throw unreadableStatus(place, `it holds a list of ${size} entries, at most ${LIMITS.entries} are read`, {
      code: "STATUS_HOSTILE",
    });
  }
  const list: Raw[] = [];
  const map = new Map<string, Raw>();
  for (const [key, item] of entries) {
    const raw = toRaw(item, depth - 1, place);
    if (raw === undefined) continue;
    if (typeof key === "number") list.push(raw);
    else map.set(key, raw);
  }
  return Array.isArray(value) ? list : map;
}
