/**
 * One value or key of a JSON document exchanged, so that what remains is JSON and reaches what is behind the parser.
 *
 * @module
 */
import type { Dice } from "../histories/dice.ts";
import { EXTREMES, type Mutation } from "./mutation.ts";

type Holder = Record<string, unknown> | unknown[];

/** Larger documents cost more to walk than they show. */
const MOST_BYTES = 65_536;
/** Put where a number is to go that JSON.stringify would not write. */
const RAW = /"\\u0000raw:([^"]*)"/g;
const KEYS = ["__proto__", "constructor", "toString", "", "length", "0", "a".repeat(300), "\u202e", "name", "result"];

/** The document with one of its values or keys exchanged; the input itself where it is not JSON, or nested too deep to write. */
export function mutateJson(input: Buffer, mutation: Mutation): Buffer {
  const document = parsed(input);
  if (document === undefined) return input;
  try {
    return changed(document, mutation);
  } catch (error) {
    // JSON.parse reads what JSON.stringify has no stack for
    if (error instanceof RangeError) return input;
    throw error;
  }
}

function changed(document: { root: unknown }, { dice, others }: Mutation): Buffer {
  const holders = holdersIn(document);
  const holder = dice.pick(holders);
  const keys = Object.keys(holder);
  const key = dice.pick(keys);
  if (key === undefined) put(holder, dice.pick(KEYS), oddValue(dice));
  else change(holder, { key, dice, foreign: () => foreignValue(dice, others) });
  return Buffer.from((JSON.stringify(document.root) ?? "").replaceAll(RAW, "$1"));
}

function change(
  holder: Holder,
  { key, dice, foreign }: { readonly key: string; readonly dice: Dice; readonly foreign: () => unknown },
): void {
  const own = Array.isArray(holder) ? holder[Number(key)] : holder[key];
  const choice = dice.next();
  if (choice < 0.4) put(holder, key, oddValue(dice));
  else if (choice < 0.5) put(holder, key, foreign());
  else if (choice < 0.6 && !Array.isArray(holder)) delete holder[key];
  else if (choice < 0.75) put(holder, dice.pick(KEYS), own);
  else if (choice < 0.85) put(holder, key, dice.pick([[own], { a: own }, [own, own], JSON.stringify(own)]));
  else if (Array.isArray(own)) own.push(...own.slice(0, 1000));
  else if (typeof own === "string") put(holder, key, `${own}${dice.pick(["\0", " ", "\n", "x".repeat(500), own])}`);
  else put(holder, key, JSON.stringify(own) ?? "");
}

/** Sets an own property, `__proto__` too. */
function put(holder: Holder, key: string, value: unknown): void {
  if (Array.isArray(holder) && !/^\d+$/.test(key)) holder.push(value);
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function oddValue(dice: Dice): unknown {
  return dice.pick<unknown>([
    null,
    true,
    false,
    "",
    [],
    {},
    [[]],
    [null],
    { __proto__: null },
    "x".repeat(1000),
    "\u0000",
    "\ud800",
    "1",
    "-1",
    "a/../b",
    ...EXTREMES.filter((each) => /^-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?$/.test(each)).map((each) => `\u0000raw:${each}`),
  ]);
}

function foreignValue(dice: Dice, others: readonly Uint8Array[]): unknown {
  const document = others.length === 0 ? undefined : parsed(Buffer.from(dice.pick(others)));
  if (document === undefined) return {};
  return dice.pick<unknown>(Object.values(dice.pick(holdersIn(document)))) ?? null;
}

function parsed(input: Buffer): { root: unknown } | undefined {
  if (input.length > MOST_BYTES || !/^[\s\ufeff]*[[{]/.test(input.toString("latin1", 0, 64))) return undefined;
  try {
    return { root: JSON.parse(input.toString()) as unknown };
  } catch {
    return undefined;
  }
}

/** Every list and object of a document, itself in one. Without recursion: what is nested deeply is an input as well. */
function holdersIn(document: { root: unknown }): Holder[] {
  const found: Holder[] = [document as unknown as Holder];
  for (let i = 0; i < found.length && found.length < 5000; i++) {
    for (const value of Object.values(found[i] ?? {})) {
      if (typeof value === "object" && value !== null) found.push(value as Holder);
    }
  }
  return found;
}
