/**
 * Sizes as the service log prints them: powers of 1,000, small ones without a unit.
 *
 * @module
 */
import { sizeBytes } from "../../../core/cache/cache.ts";

/** `530`, `3061 bytes`, `18.3 MB`, `Zero KB`: what a size looks like in a line. */
export const SIZE = String.raw`(?:Zero (?:KB|bytes)|\d{1,15}(?:[.,]\d{1,3})?(?: (?:bytes?|[KMGTP]B))?)`;

const UNITS: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15, bytes: 1, byte: 1 };

/**
 * Bytes of a size; undefined when it is not one. A number without a unit is bytes: of `530 of 530 bytes` only the last
 * has the word.
 */
export function logSize(text: string): number | undefined {
  const space = text.indexOf(" ");
  const number = space < 0 ? text : text.slice(0, space);
  const factor = space < 0 ? 1 : UNITS[text.slice(space + 1)];
  // the shape nearly all have
  if (factor === undefined || !/^\d{1,15}(?:\.\d{1,3})?$/.test(number)) return sizeBytes(text);
  const bytes = Math.round(Number(number) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
