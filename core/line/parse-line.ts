/**
 * A committed line of the journal, read back. Only the shapes `core/line/point.ts` and the sources write are taken.
 *
 * @module
 */
import { unescaped, unescapedIndex } from "./escape.ts";
import type { Integer } from "./point.ts";
import { tagPairs } from "./tags.ts";

/** A value read back: integers exact, floats as numbers, text and flags as they are. */
export type LineValue =
  | { readonly integer: Integer }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly flag: boolean };

/** A line in its parts; tags stay one text, so that equal tag sets are recognised without being parsed. */
export interface ParsedLine {
  readonly measurement: string;
  /** `,key=value…` as written, or "". */
  readonly tagText: string;
  /** The fields as written. */
  readonly fieldText: string;
  readonly timeMs: number;
}

const COMMA = 0x2c;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const TIME = /^-?\d+$/;
const INTEGER = /^-?\d{1,19}i$/;

/** Splits a line, or undefined for a comment, an empty line, or one that is not ours. */
export function parseLine(line: string): ParsedLine | undefined {
  if (line === "" || line.charCodeAt(0) === 0x23) return undefined;
  const timeAt = line.lastIndexOf(" ");
  const timeText = line.slice(timeAt + 1);
  const timeMs = Number(timeText);
  if (timeAt <= 0 || !TIME.test(timeText) || !Number.isSafeInteger(timeMs)) return undefined;
  let tagsAt = -1;
  for (let i = 0; i < timeAt; i++) {
    const code = line.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === COMMA && tagsAt < 0) tagsAt = i;
    else if (code === SPACE) {
      const nameEnd = tagsAt < 0 ? i : tagsAt;
      return {
        measurement: unescaped(line.slice(0, nameEnd)),
        tagText: tagsAt < 0 ? "" : line.slice(tagsAt, i),
        fieldText: line.slice(i + 1, timeAt),
        timeMs,
      };
    }
  }
  return undefined;
}

/** The tags of a tag text. */
export function parseTags(tagText: string): Readonly<Record<string, string>> {
  const tags: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of tagPairs(tagText)) {
    const equals = unescapedIndex(pair, "=", 0);
    if (equals > 0) tags[unescaped(pair.slice(0, equals))] = unescaped(pair.slice(equals + 1));
  }
  return tags;
}

/** Calls back for every field of a field text. */
export function forEachField(fieldText: string, take: (name: string, value: LineValue) => void): void {
  let at = 0;
  while (at < fieldText.length) {
    const equals = unescapedIndex(fieldText, "=", at);
    if (equals < 0) return;
    const name = fieldText.slice(at, equals);
    const end = valueEnd(fieldText, equals + 1);
    const value = readValue(fieldText.slice(equals + 1, end));
    if (value !== undefined) take(name.includes("\\") ? unescaped(name) : name, value);
    at = end + 1;
  }
}

function valueEnd(text: string, start: number): number {
  if (text[start] !== '"') {
    const comma = text.indexOf(",", start);
    return comma < 0 ? text.length : comma;
  }
  const end = unescapedIndex(text, '"', start + 1);
  return end < 0 ? text.length : end + 1;
}

function readValue(text: string): LineValue | undefined {
  if (text.startsWith('"')) return { text: text.slice(1, -1).replaceAll(/\\(["\\])/g, "$1") };
  if (text === "true" || text === "false") return { flag: text === "true" };
  if (text.endsWith("i")) {
    // what is not an integer of ours is passed over, as the reader of bytes does
    if (!INTEGER.test(text)) return undefined;
    const near = Number(text.slice(0, -1));
    return { integer: Number.isSafeInteger(near) ? near : BigInt(text.slice(0, -1)) };
  }
  const float = Number(text);
  return Number.isFinite(float) && text !== "" ? { float } : undefined;
}
