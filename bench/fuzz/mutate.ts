/**
 * Real inputs made worse: bytes flipped, cut, repeated and moved, numbers replaced by extremes, pieces of others put in,
 * brackets nested, values of a JSON document or names of tags exchanged.
 *
 * @module
 */
import type { Dice } from "../histories/dice.ts";
import { mutateJson } from "./mutate-json.ts";
import { EXTREMES, LONGEST_INPUT, type Mutation } from "./mutation.ts";

const ODD_TEXTS = [
  ...'__proto__ constructor prototype toString hasOwnProperty null true [] {} "" \'\' \\ \\" \\u0000 \\ud800 #commit'.split(
    " ",
  ),
  ..."%00 %zz ../../etc/passwd = , ; : & < > &lt; &#0; &#x10ffff; &a; <!DOCTYPE ]]> <![CDATA[ -- /* \r\n \n\n \t".split(
    " ",
  ),
  ...["\0", "\ufeff", "\u2028", "\u202e", "\ud83d\ude00", "\u0130", "ß", " ", "\x1b[2J", "a".repeat(3000)],
];

const BAD_UTF8 = ["ff", "c080", "eda080", "f4908080", "e28282", "c3", "fffe", "feff", "00"].map((hex) =>
  Buffer.from(hex, "hex"),
);

const NESTING: readonly (readonly [open: string, close: string])[] = [
  ["[", "]"],
  ['{"a":', "}"],
  ["<array>", "</array>"],
  ["<dict><key>a</key>", "</dict>"],
  ["(", ")"],
  ["{a = ", ";}"],
  ["<a>", "</a>"],
];

type Operation = (input: Buffer, mutation: Mutation) => Buffer;

const OPERATIONS: readonly Operation[] = [
  flip,
  setByte,
  binaryNumber,
  cut,
  shorten,
  repeat,
  move,
  splice,
  insertBad,
  insertWord,
  textNumber,
  textNumber,
  exchange,
  exchange,
  nest,
  dropLine,
  repeatLine,
  swapLines,
  exchangeTag,
  quoted,
  mutateJson,
  mutateJson,
  mutateJson,
];

/** An input that differs from another by a few mutations. */
export function mutate(input: Uint8Array, mutation: Mutation): Buffer {
  let bytes: Buffer = Buffer.from(input);
  const rounds = 1 + Math.floor(mutation.dice.next() ** 2 * 5);
  for (let i = 0; i < rounds; i++) bytes = mutation.dice.pick(OPERATIONS)(bytes, mutation);
  return bytes.subarray(0, LONGEST_INPUT);
}

function below(dice: Dice, most: number): number {
  return Math.floor(dice.next() * most);
}

/** A stretch of an input, mostly a short one. */
function stretch(input: Uint8Array, dice: Dice): [from: number, to: number] {
  const from = below(dice, input.length + 1);
  const length = Math.ceil(dice.next() ** 3 * (input.length - from));
  return [from, from + length];
}

function replaced(input: Buffer, [from, to]: readonly [number, number], by: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, from), by, input.subarray(to)]);
}

function flip(input: Buffer, { dice }: Mutation): Buffer {
  const at = below(dice, input.length);
  if (input.length > 0) input[at] = (input[at] ?? 0) ^ (1 << below(dice, 8));
  return input;
}

function setByte(input: Buffer, { dice }: Mutation): Buffer {
  if (input.length > 0)
    input[below(dice, input.length)] = dice.pick([0, 0x0a, 0x22, 0x2c, 0x7f, 0x80, 0xff, below(dice, 256)]);
  return input;
}

function binaryNumber(input: Buffer, { dice }: Mutation): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(
    dice.pick([
      0n,
      1n,
      0x7fn,
      0x80n,
      0xffn,
      0x7fffn,
      0xffffn,
      0x7fffffffn,
      0xffffffffn,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
    ]),
  );
  const number = bytes.subarray(8 - dice.pick([1, 2, 4, 8]));
  if (dice.next() < 0.5) number.reverse();
  const at = below(dice, input.length);
  number.copy(input, at);
  return input;
}

function cut(input: Buffer, { dice }: Mutation): Buffer {
  return replaced(input, stretch(input, dice), Buffer.alloc(0));
}

function shorten(input: Buffer, { dice }: Mutation): Buffer {
  return Buffer.from(input.subarray(0, below(dice, input.length)));
}

function repeat(input: Buffer, { dice }: Mutation): Buffer {
  const [from, to] = stretch(input, dice);
  const piece = input.subarray(from, to);
  const times = Math.min(dice.pick([1, 2, 10, 1000]), Math.floor(LONGEST_INPUT / 4 / Math.max(1, piece.length)));
  return replaced(input, [to, to], Buffer.concat(Array.from({ length: times }, () => piece)));
}

function move(input: Buffer, { dice }: Mutation): Buffer {
  const [from, to] = stretch(input, dice);
  const piece = Buffer.from(input.subarray(from, to));
  const rest = replaced(input, [from, to], Buffer.alloc(0));
  const at = below(dice, rest.length + 1);
  return replaced(rest, [at, at], piece);
}

function splice(input: Buffer, { dice, others }: Mutation): Buffer {
  const other = dice.pick(others) ?? input;
  const [from, to] = stretch(other, dice);
  const target = dice.next() < 0.3 ? ([below(dice, input.length + 1), input.length] as const) : stretch(input, dice);
  return replaced(input, target, other.subarray(from, to));
}

function insertBad(input: Buffer, { dice }: Mutation): Buffer {
  const at = below(dice, input.length + 1);
  return replaced(input, [at, at], dice.pick(BAD_UTF8));
}

function insertWord(input: Buffer, { dice, words }: Mutation): Buffer {
  const word = Buffer.from(dice.pick(dice.next() < 0.5 && words.length > 0 ? words : ODD_TEXTS));
  const at = below(dice, input.length + 1);
  return replaced(input, dice.next() < 0.5 ? [at, at] : [at, Math.min(input.length, at + word.length)], word);
}

/** Replaces what a pattern finds, one of the places. */
function atPattern(input: Buffer, { dice }: Mutation, pattern: RegExp, by: (found: string) => string): Buffer {
  const text = input.toString("latin1");
  pattern.lastIndex = below(dice, text.length + 1);
  const found = pattern.exec(text);
  if (found === null) return input;
  const end = found.index + found[0].length;
  return replaced(input, [found.index, end], Buffer.from(by(found[0])));
}

function textNumber(input: Buffer, mutation: Mutation): Buffer {
  return atPattern(input, mutation, /-?\d+(?:\.\d+)?/g, () => mutation.dice.pick(EXTREMES));
}

const TOKEN = /"[^"\n]{0,200}"|[^\s",;=<>[\]{}()]{1,60}/g;

/** A token by another one of this or another input. */
function exchange(input: Buffer, mutation: Mutation): Buffer {
  const { dice, others } = mutation;
  const other = Buffer.from(dice.next() < 0.5 ? input : (dice.pick(others) ?? input)).toString("latin1");
  const pattern = new RegExp(TOKEN);
  pattern.lastIndex = below(dice, other.length + 1);
  const token = pattern.exec(other)?.[0];
  return token === undefined ? input : atPattern(input, mutation, new RegExp(TOKEN), () => token);
}

function quoted(input: Buffer, mutation: Mutation): Buffer {
  return atPattern(input, mutation, /"[^"\n]*"|(?<=>)[^<>\n]+(?=<)/g, (found) => {
    const odd = mutation.dice.pick(mutation.dice.next() < 0.5 ? ODD_TEXTS : EXTREMES);
    return found.startsWith('"') ? `"${odd}"` : odd;
  });
}

function nest(input: Buffer, { dice }: Mutation): Buffer {
  const [open, close] = dice.pick(NESTING);
  const times = Math.min(
    dice.pick([1, 10, 33, 65, 1000, 20_000]),
    Math.floor(LONGEST_INPUT / 2 / (open.length + close.length)),
  );
  const [from, to] = stretch(input, dice);
  const closing = dice.next() < 0.7 ? close.repeat(times) : "";
  return replaced(
    input,
    [from, to],
    Buffer.concat([Buffer.from(open.repeat(times)), input.subarray(from, to), Buffer.from(closing)]),
  );
}

/** Where a line begins and ends, its end of line included. */
function line(input: Buffer, dice: Dice): [from: number, to: number] {
  const at = below(dice, input.length + 1);
  const end = input.indexOf(0x0a, at);
  return [at === 0 ? 0 : input.lastIndexOf(0x0a, at - 1) + 1, end < 0 ? input.length : end + 1];
}

function dropLine(input: Buffer, { dice }: Mutation): Buffer {
  return replaced(input, line(input, dice), Buffer.alloc(0));
}

function repeatLine(input: Buffer, { dice, others }: Mutation): Buffer {
  const from = dice.next() < 0.5 ? input : Buffer.from(dice.pick(others) ?? input);
  const [start, end] = line(from, dice);
  const [at] = line(input, dice);
  return replaced(input, [at, at], from.subarray(start, end));
}

function swapLines(input: Buffer, { dice }: Mutation): Buffer {
  const [from, to] = line(input, dice);
  const piece = Buffer.from(input.subarray(from, to));
  const rest = replaced(input, [from, to], Buffer.alloc(0));
  const [at] = line(rest, dice);
  return replaced(rest, [at, at], piece);
}

const TAGS = ["string", "integer", "real", "date", "data", "true", "false", "dict", "array", "key", "plist"];

/** The name of a tag by another one. */
function exchangeTag(input: Buffer, mutation: Mutation): Buffer {
  const name = mutation.dice.pick(TAGS);
  return atPattern(input, mutation, /<\/?[a-z]+\/?>/g, (found) =>
    found.startsWith("</") ? `</${name}>` : mutation.dice.next() < 0.3 ? `<${name}/>` : `<${name}>`,
  );
}
