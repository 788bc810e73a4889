/**
 * The tags of a line as they are written, escaped: `,region=North,server=cache01`.
 *
 * @module
 */
import { escapeKey, unescapedIndex } from "./escape.ts";

/** Where the measurement ends in a series key, `bytestoclients,region=North,…`: at the first comma that is not escaped. */
export function measurementEnd(key: string): number {
  return commaOrEnd(key, 0);
}

/** The `key=value` pairs of a tag text, still escaped. */
export function tagPairs(tags: string): string[] {
  const pairs: string[] = [];
  for (let at = tags.startsWith(",") ? 1 : 0; at < tags.length; ) {
    const end = commaOrEnd(tags, at);
    if (end > at) pairs.push(tags.slice(at, end));
    at = end + 1;
  }
  return pairs;
}

/** A tag text without the tags of some keys. */
export function withoutTags(tags: string, keys: readonly string[]): string {
  const beginnings = keys.map((key) => `${escapeKey(key)}=`);
  return tagPairs(tags)
    .filter((pair) => !beginnings.some((beginning) => pair.startsWith(beginning)))
    .map((pair) => `,${pair}`)
    .join("");
}

function commaOrEnd(text: string, from: number): number {
  const comma = unescapedIndex(text, ",", from);
  return comma < 0 ? text.length : comma;
}
