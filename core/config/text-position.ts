/**
 * Places in a text, as editors count them.
 *
 * @module
 */

/** `line 3, column 7`, both from 1, for an index into a text. */
export function placeInText(text: string, index: number): string {
  const before = text.slice(0, index);
  const lines = before.split(/\r\n|\r|\n/);
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}
