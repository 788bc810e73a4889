/**
 * What mutations are made with.
 *
 * @module
 */
import type { Dice } from "../histories/dice.ts";

export interface Mutation {
  readonly dice: Dice;
  /** Inputs that pieces are taken from. */
  readonly others: readonly Uint8Array[];
  /** Words of the format. */
  readonly words: readonly string[];
}

/** No input grows beyond this. */
export const LONGEST_INPUT = 262_144;

/** Numbers at and past the edges of what formats and languages hold. */
export const EXTREMES: readonly string[] = [
  ..."0 -0 -1 1 007 0x10 1e3 1.5 -0.0 1e999 -1e999 1e-999 NaN Infinity 2147483647 2147483648 4294967295 4294967296".split(
    " ",
  ),
  ..."9007199254740991 9007199254740992 9007199254740993 -9007199254740992 9223372036854775807 9223372036854775808".split(
    " ",
  ),
  ..."-9223372036854775808 -9223372036854775809 18446744073709551616 8640000000000000 8640000000000001 253402300800".split(
    " ",
  ),
  "9".repeat(400),
  `0.${"0".repeat(400)}1`,
];
