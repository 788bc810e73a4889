/**
 * The tags of a line as they are written, escaped: `,region=North,server=cache01`.
 *
 * @module
 */

const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Where the measurement ends in a series key, `bytestoclients,region=North,…`: at the first comma that is not escaped. */
export function measurementEnd(key: string): number {
  return unescapedComma(key, 0);
}

/** The `key=value` pairs of a tag text, still escaped. */
export function tagPairs(tags: string): string[] {
  const pairs: string[] = [];
  for (let at = 0; at < tags.length; ) {
    const start = tags.charCodeAt(at) === COMMA ? at + 1 : at;
    const end = unescapedComma(tags, start);
    if (end > start) pairs.push(tags.slice(start, end));
    at = end;
    if (end === start) at++;
  }
  return pairs;
}

/** A tag text without the tags of some keys. */
export function withoutTags(tags: string, keys: readonly string[]): string {
  return tagPairs(tags)
    .filter((pair) => !keys.some((key) => pair.startsWith(`${key}=`)))
    .map((pair) => `,${pair}`)
    .join("");
}

function unescapedComma(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === COMMA) return i;
  }
  return text.length;
}
