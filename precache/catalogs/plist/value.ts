/**
 * What an XML property list can hold, and how one leaf of it is read.
 *
 * Dictionaries are maps: a key such as `__proto__` or `constructor` is text like any other.
 *
 * @module
 */
import type { UnreadableValue } from "../../untrusted/untrusted.ts";

export type PlistDict = ReadonlyMap<string, PlistValue>;
export type PlistValue =
  | string
  | number
  /** An integer that a number cannot hold exactly. */
  | bigint
  | boolean
  | Date
  | Uint8Array
  | readonly PlistValue[]
  | PlistDict
  | UnreadableValue;

/** One child of the wanted container. */
export interface PlistEntry {
  /** Its key in a dictionary, its place in an array. */
  readonly key: string | number;
  readonly value: PlistValue;
  /** Line on which it begins. */
  readonly line: number;
}

/** Elements that hold text and nothing else; `true` and `false` hold nothing. */
export const LEAVES: ReadonlySet<string> = new Set(["string", "integer", "real", "date", "data", "true", "false"]);

/**
 * The value of one leaf, or what is wrong with its text.
 * @param name one of `LEAVES`
 */
export function parseLeaf(name: string, text: string): { value: PlistValue } | { wrong: string } {
  switch (name) {
    case "string":
      return { value: text };
    case "integer":
      return parseInteger(text.trim());
    case "true":
    case "false":
      return text.trim() === "" ? { value: name === "true" } : { wrong: `<${name}> holds text` };
    case "real":
      return parseReal(text.trim());
    case "date":
      return parseDate(text.trim());
    default:
      return parseData(text);
  }
}

function parseInteger(text: string): { value: number | bigint } | { wrong: string } {
  if (!/^(?:[+-]?\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.test(text)) return { wrong: `"${short(text)}" is not an integer` };
  const value = Number(text);
  return { value: Number.isSafeInteger(value) ? value : BigInt(text.replace(/^\+/, "")) };
}

function parseReal(text: string): { value: number } | { wrong: string } {
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return { value: text.startsWith("-") ? -Infinity : Infinity };
  if (/^nan$/i.test(text)) return { value: Number.NaN };
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return { wrong: `"${short(text)}" is not a number` };
  return { value: Number(text) };
}

function parseDate(text: string): { value: Date } | { wrong: string } {
  const value = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? new Date(text) : undefined;
  if (value === undefined || Number.isNaN(value.getTime())) return { wrong: `"${short(text)}" is not a date` };
  return { value };
}

function parseData(text: string): { value: Uint8Array } | { wrong: string } {
  const packed = text.replace(/\s+/g, "");
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return { wrong: "<data> is not base64" };
  return { value: Buffer.from(packed, "base64") };
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
