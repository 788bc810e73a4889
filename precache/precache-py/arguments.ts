/**
 * The command line of precache.py, 1.1.2 and 2.0.2, read as Python's argparse read it.
 *
 * A flag of one or more values takes every following word up to the next flag; unambiguous prefixes of long flags work;
 * `--flag=value` and `-mVALUE` work; `-cs` is one flag with two letters. Pure: what the words mean for us is
 * `precache-py/flags.ts`.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { quotable } from "../../core/words/printable.ts";

interface FlagShape {
  readonly long: string;
  readonly short?: string;
  /** How many words it takes: none, one, or one and more. */
  readonly words: "none" | "one" | "many";
}

const SHAPES = [
  { long: "apps", words: "many" },
  { long: "cache-group", words: "many" },
  { long: "cache-ipsw-group", words: "many" },
  { long: "cache-server", short: "cs", words: "one" },
  { long: "debug", words: "none" },
  { long: "destination", short: "d", words: "one" },
  { long: "output", short: "o", words: "one" },
  { long: "filter-group", words: "many" },
  { long: "ipsw", short: "i", words: "many" },
  { long: "list", short: "l", words: "none" },
  { long: "model", short: "m", words: "many" },
  { long: "jamfserver", words: "one" },
  { long: "jamfuser", words: "one" },
  { long: "jamfpassword", words: "one" },
  { long: "mdm", words: "one" },
  { long: "mdm-server", words: "one" },
  { long: "mdm-user", words: "one" },
  { long: "mdm-password", words: "one" },
  { long: "mdm-token", words: "one" },
  { long: "updates", short: "u", words: "many" },
  { long: "dry-run", short: "n", words: "none" },
  { long: "version", words: "none" },
  { long: "help", short: "h", words: "none" },
] as const satisfies readonly FlagShape[];

export type PrecachePyFlag = (typeof SHAPES)[number]["long"];

/** Flags that were given, each with its words; a flag given twice holds the words of the last time, as argparse does. */
export type PrecachePyArguments = ReadonlyMap<PrecachePyFlag, readonly string[]>;

/** Whether a command line is one of precache.py's: it begins with a flag that only precache.py has there. */
export function isPrecachePyCommandLine(words: readonly string[]): boolean {
  const first = words[0];
  if (first === undefined || !first.startsWith("-") || first === "-h" || first === "--help") return false;
  return candidates(first).length > 0 || (!first.startsWith("--") && shortWithValue(first) !== undefined);
}

/**
 * The flags of a command line.
 * @throws LarderError `USAGE` for what argparse would have refused: unknown, ambiguous, or without its value.
 */
export function parsePrecachePyArguments(words: readonly string[]): PrecachePyArguments {
  const found = new Map<PrecachePyFlag, string[]>();
  let at = 0;
  while (at < words.length) {
    const { shape, inline } = flagAt(words[at] ?? "");
    at++;
    const values: string[] = inline === undefined ? [] : [inline];
    const room = inline !== undefined || shape.words === "none" ? 0 : shape.words === "one" ? 1 : words.length;
    while (values.length < room && at < words.length && !looksLikeFlag(words[at] ?? "")) {
      values.push(words[at] ?? "");
      at++;
    }
    if (shape.words === "none" && inline !== undefined) throw usage(`--${shape.long}`, "it takes no value");
    if (shape.words !== "none" && values.length === 0) throw usage(`--${shape.long}`, "it needs a value");
    found.set(shape.long, values);
  }
  return found;
}

function flagAt(word: string): { shape: (typeof SHAPES)[number]; inline: string | undefined } {
  if (!looksLikeFlag(word)) throw usage(word, "no flag takes this word");
  const equals = word.indexOf("=");
  const name = equals > 0 ? word.slice(0, equals) : word;
  const matching = candidates(name);
  const [shape] = matching;
  if (shape !== undefined && matching.length === 1) {
    return { shape, inline: equals > 0 ? word.slice(equals + 1) : undefined };
  }
  if (shape !== undefined) {
    throw usage(name, `it could be ${matching.map(({ long }) => `--${long}`).join(", ")}`);
  }
  const attached = word.startsWith("--") ? undefined : shortWithValue(word);
  if (attached === undefined) throw usage(name, "there is no such flag");
  return attached;
}

/** Flags a name stands for: exactly, or as the beginning of a long one. */
function candidates(name: string): (typeof SHAPES)[number][] {
  if (!name.startsWith("--")) {
    return SHAPES.filter((shape) => "short" in shape && name === `-${shape.short}`);
  }
  const exact = SHAPES.filter(({ long }) => name === `--${long}`);
  if (exact.length > 0 || name === "--") return exact;
  return SHAPES.filter(({ long }) => `--${long}`.startsWith(name));
}

/** `-miPad6,8`: a flag of one letter with its value attached. */
function shortWithValue(word: string): { shape: (typeof SHAPES)[number]; inline: string } | undefined {
  const shape = SHAPES.find(
    (flag) => "short" in flag && flag.words !== "none" && word.length > 2 && word.startsWith(`-${flag.short}`),
  );
  if (shape === undefined || !("short" in shape)) return undefined;
  const inline = word.slice(1 + shape.short.length).replace(/^=/, "");
  return inline === "" ? undefined : { shape, inline };
}

/** As argparse: a word that begins with a dash is a flag, unless it is a dash alone or a negative number. */
function looksLikeFlag(word: string): boolean {
  return word.length > 1 && word.startsWith("-") && !/^-\d+(\.\d+)?$/.test(word);
}

function usage(name: string, said: string): LarderError {
  return new LarderError(`Cannot use "${quotable(name)}": ${said}`, {
    code: "USAGE",
    state: "nothing was fetched",
    next: "larder precache --help lists the commands, larder precache run --help their flags",
  });
}
