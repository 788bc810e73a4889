/**
 * Names in lines: how they are escaped, and read back. The rules are at the head of `point.ts`.
 *
 * @module
 */

const BACKSLASH = 0x5c;

/** Escapes a measurement name. */
export function escapeMeasurement(name: string): string {
  return clean(name).replaceAll(/[, ]/g, "\\$&");
}

/** Escapes a tag key, tag value or field key. */
export function escapeKey(text: string): string {
  return clean(text).replaceAll(/[,= ]/g, "\\$&");
}

/** Control characters become spaces; a backslash that would read as an escape is dropped. */
export function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, " ").replaceAll(/\\+(?=[,= ]|$)/g, "");
}

/** A name as it was before it was escaped. */
export function unescaped(text: string): string {
  return text.includes("\\") ? text.replaceAll(/\\([,= ])/g, "$1") : text;
}

/** Where a character is found that is not escaped; -1 where it is not. */
export function unescapedIndex(text: string, wanted: string, from: number): number {
  const first = text.indexOf(wanted, from);
  if (first < 0) return -1;
  const backslash = text.indexOf("\\", from);
  if (backslash < 0 || first < backslash) return first;
  const code = wanted.charCodeAt(0);
  for (let i = from; i < text.length; i++) {
    const here = text.charCodeAt(i);
    if (here === BACKSLASH) i++;
    else if (here === code) return i;
  }
  return -1;
}
