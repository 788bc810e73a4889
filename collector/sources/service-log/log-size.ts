/**
 * Sizes as the service log prints them: powers of 1,000, small ones without a unit.
 *
 * @module
 */
import { sizeBytes } from "../../../core/cache/cache.ts";

/** `530`, `3061 bytes`, `18.3 MB`, `Zero KB`: what a size looks like in a line. */
export const SIZE = String.raw`(?:Zero (?:KB|bytes)|\d{1,15}(?:[.,]\d{1,3})?(?: (?:bytes?|[KMGTP]B))?)`;

/**
 * Bytes of a size; undefined when it is not one. A number without a unit is bytes: of `530 of 530 bytes` only the last
 * has the word.
 */
export function logSize(text: string): number | undefined {
  return sizeBytes(/^\d+$/.test(text) ? `${text} bytes` : text);
}
