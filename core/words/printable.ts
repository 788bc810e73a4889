/**
 * Text from outside made harmless for a screen, a log line or a message.
 *
 * @module
 */

/** Moves a cursor, colours a screen, turns the direction of writing, or cannot be seen: controls and formats. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const UNPRINTABLE_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const RUNS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const QUOTED_CHARACTERS = 60;

/** Text on one line without anything that would steer a terminal: `·` in its place. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, "·");
}

/** Text of several lines without anything that would steer a terminal; line ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replaceAll(UNPRINTABLE_IN_LINES, "·");
}

/** Text on one line with each run of such characters as one space: for names and sentences that were laid out. */
export function spaced(text: string): string {
  return text.replaceAll(RUNS, " ").trim();
}

/** The text with each such character replaced by what `written` makes of it. */
export function escapeUnprintable(text: string, written: (character: string) => string): string {
  return text.replaceAll(UNPRINTABLE, written);
}

/** The same of text in several lines; line ends and tabs stay. */
export function escapeUnprintableInLines(text: string, written: (character: string) => string): string {
  return text.replaceAll(UNPRINTABLE_IN_LINES, written);
}

/** A character as JSON escapes it, which every reader of JSON turns back. */
export function jsonEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** The beginning of a text, with `…` where it goes on. Cuts no character in two. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** What somebody wrote, harmless and short enough to be quoted in a message. */
export function quotable(text: string): string {
  return shortened(printable(text).trim(), QUOTED_CHARACTERS);
}
