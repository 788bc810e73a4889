/**
 * A line read whole: its tags and fields by name.
 *
 * @module
 */
import { forEachField, type LineValue, type ParsedLine, parseTags } from "../line/line.ts";

export interface ReadPoint {
  readonly timeMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: ReadonlyMap<string, LineValue>;
}

export function readPoint({ timeMs, tagText, fieldText }: ParsedLine): ReadPoint {
  const fields = new Map<string, LineValue>();
  forEachField(fieldText, (name, value) => fields.set(name, value));
  return { timeMs, tags: parseTags(tagText), fields };
}

/** A number of a field; undefined where it is missing or not one. */
export function numberOf(value: LineValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  if ("integer" in value) return Number(value.integer);
  return "float" in value ? value.float : undefined;
}

export function flagOf(value: LineValue | undefined): boolean | undefined {
  return value !== undefined && "flag" in value ? value.flag : undefined;
}

/** A text of a field; undefined where it is missing, empty or not one. */
export function textOf(value: LineValue | undefined): string | undefined {
  return value !== undefined && "text" in value && value.text !== "" ? value.text : undefined;
}
