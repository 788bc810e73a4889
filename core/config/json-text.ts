/**
 * JSON that a person wrote: a fault is named by line and column, and no part of the text is repeated, which may be a secret.
 *
 * @module
 */
import { LarderError } from "../errors.ts";
import { placeInText } from "./text-position.ts";

/** Deeper nesting is refused: what walks the value later may be recursive. */
const MAX_DEPTH = 64;

/**
 * The value of a JSON text.
 * @throws LarderError `JSON_INVALID` whose message is only what is wrong: `line 3, column 7: expected "," or "}"`
 */
export function parseJsonText(text: string): unknown {
  const fault = new Scanner(text).fault();
  if (fault !== undefined) throw new LarderError(fault, { code: "JSON_INVALID" });
  return JSON.parse(text) as unknown;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const BLANK = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON wants control characters escaped
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const STRING_START = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/** What may come next. */
type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end";

/** Walks a text without recursion and without keeping anything of it. */
class Scanner {
  readonly #text: string;
  #at = 0;
  /** The closing brackets still to come. */
  readonly #open: ("}" | "]")[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** What is wrong and where; undefined for JSON. */
  fault(): string | undefined {
    let expected: Expected | "nothing" = "value";
    for (;;) {
      this.#take(BLANK);
      if (expected === "nothing")
        return this.#at === this.#text.length ? undefined : this.#say("expected nothing more");
      const next = this.#step(expected);
      if (next === undefined) return this.#say(this.#wanted(expected));
      if (this.#open.length > MAX_DEPTH) return this.#say(`it is nested deeper than ${MAX_DEPTH} levels`);
      expected = next;
    }
  }

  #step(expected: Expected): Expected | "nothing" | undefined {
    const char = this.#text[this.#at];
    const closing = this.#open.at(-1);
    if (expected.endsWith("or end") && char !== undefined && char === closing) {
      this.#open.pop();
      return this.#move(1, this.#afterValue());
    }
    if (expected === "colon") return char === ":" ? this.#move(1, "value") : undefined;
    if (expected === "comma or end") return char === "," ? this.#move(1, closing === "}" ? "key" : "value") : undefined;
    if (expected === "key" || expected === "key or end") return this.#take(STRING) ? "colon" : undefined;
    return this.#value(char);
  }

  #value(char: string | undefined): Expected | "nothing" | undefined {
    if (char === "{" || char === "[") {
      this.#open.push(char === "{" ? "}" : "]");
      return this.#move(1, char === "{" ? "key or end" : "value or end");
    }
    return this.#take(STRING) || this.#take(NUMBER) || this.#take(WORD) ? this.#afterValue() : undefined;
  }

  #afterValue(): Expected | "nothing" {
    return this.#open.length === 0 ? "nothing" : "comma or end";
  }

  #wanted(expected: Expected): string {
    if (this.#at >= this.#text.length) return "it ends too early";
    const closing = this.#open.at(-1);
    if (expected === "colon") return 'expected ":" after the key';
    if (expected === "comma or end") return `expected "," or "${closing}"`;
    if (this.#text[this.#at] === '"') return this.#badString();
    if (expected.startsWith("key"))
      return closing === "}" && expected === "key"
        ? "expected a key in quotes; no comma may follow the last entry"
        : 'expected a key in quotes or "}"';
    return "expected a value: text in quotes, a number, true, false, null, a list or a dictionary";
  }

  /** Says where in a text its quotes are missing or something must be escaped. */
  #badString(): string {
    this.#take(STRING_START);
    if (this.#at >= this.#text.length) return "the text that begins before has no closing quote";
    return this.#text[this.#at] === "\\"
      ? "this is not an escape of JSON"
      : "a text must end on its line; its closing quote is missing";
  }

  #move<Next>(by: number, next: Next): Next {
    this.#at += by;
    return next;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.#at += found[0].length;
    return true;
  }

  #say(what: string): string {
    if (this.#text.trim() === "") return "it is empty";
    return `${placeInText(this.#text, this.#at)}: ${what}`;
  }
}
