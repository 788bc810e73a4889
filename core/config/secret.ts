/**
 * A secret: a type of its own, so that no list of key names decides what may be printed.
 *
 * An admin writes the text itself, `{ "file": … }`, `{ "env": … }` or `{ "keychain": … }`; `passwordFile`, `passwordEnv`
 * and `passwordKeychain` beside `password` mean the same. What comes out of the schema is a `Secret`, which prints,
 * inspects and serialises as `(secret)`.
 *
 * @module
 */
import { inspect } from "node:util";
import * as z from "zod";
import { errorText, LarderError } from "../errors.ts";
import { readRegularFile } from "../files.ts";
import type { Finding } from "../finding.ts";
import { hideFromNowOn } from "../revealed.ts";
import { type Keychain, keychainOf } from "./keychain.ts";

const HIDDEN = "(secret)";
const MAX_BYTES = 64 * 1024;

type Place =
  | { readonly text: string }
  | { readonly file: string }
  | { readonly env: string }
  | { readonly keychain: string };

/** The flat forms of a secret, by what they end in. */
const FLAT_PLACES = { File: "file", Env: "env", Keychain: "keychain" } as const;

/** Who asks for the text. */
export interface RevealContext {
  /** For messages: `password of sink "main"`. */
  readonly what: string;
  /** Hears of a file that others can read. */
  readonly warn?: (finding: Finding) => void;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the keychain of macOS. */
  readonly keychain?: Keychain;
}

/** A secret's text, or the place to read it from. */
export class Secret {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  /** Where it is read from, for people: `file "/etc/larder/token"`; undefined when the text was given. */
  get origin(): string | undefined {
    if ("file" in this.#place) return `file "${this.#place.file}"`;
    if ("keychain" in this.#place) return `keychain item "${this.#place.keychain}"`;
    return "env" in this.#place ? `environment variable "${this.#place.env}"` : undefined;
  }

  /** The environment variable it is read from, if it is. */
  get variable(): string | undefined {
    return "env" in this.#place ? this.#place.env : undefined;
  }

  /**
   * The text. One line end at the end of a file does not belong to it.
   * @throws LarderError `CONFIG_SECRET` when the place holds none; the text is never in a message.
   */
  async reveal(context: RevealContext): Promise<string> {
    const text = await this.#read(context);
    hideFromNowOn(text);
    return text;
  }

  async #read(context: RevealContext): Promise<string> {
    if ("text" in this.#place) return this.#place.text;
    if ("keychain" in this.#place) return await fromKeychain(this.#place.keychain, context);
    return "env" in this.#place ? fromEnvironment(this.#place.env, context) : await fromFile(this.#place.file, context);
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

const place = z.string().min(1);

/** The schema of one secret. Its text is in no complaint. */
export function secretSchema() {
  return z
    .union(
      [
        z.string().min(1, "it is empty"),
        z.strictObject({ env: place }),
        z.strictObject({ file: place }),
        z.strictObject({ keychain: place }),
      ],
      { error: 'expected the secret itself, {"file": …}, {"env": …} or {"keychain": …}' },
    )
    .transform((value) => new Secret(typeof value === "string" ? { text: value } : value))
    .meta({ secret: true });
}

/**
 * A schema of dictionaries whose secrets may also be written flat: `tokenFile` for `{"token": {"file": …}}`.
 * @param schema an object of ours, or a union of such
 */
export function withFlatSecrets<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodType<z.output<Schema>, z.input<Schema>> {
  const names = secretNames(schema);
  const nested = z.preprocess((value, context) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const given = { ...value } as Record<string, unknown>;
    for (const name of names) {
      const used = secretKeys(name).filter((key) => given[key] !== undefined);
      const last = used.at(-1);
      if (used.length > 1) {
        const message = `give only one of ${used.join(" and ")}`;
        context.issues.push({ code: "custom", path: [last ?? name], message, input: undefined });
      } else if (last !== undefined && last !== name) {
        const kind = FLAT_PLACES[last.slice(name.length) as keyof typeof FLAT_PLACES];
        given[name] = { [kind]: given[last] };
      }
      for (const key of secretKeys(name)) if (key !== name) delete given[key];
    }
    return given;
  }, schema);
  return nested as unknown as z.ZodType<z.output<Schema>, z.input<Schema>>;
}

/** The keys a secret may be written as: `token`, `tokenFile`, `tokenEnv`, `tokenKeychain`. */
export function secretKeys(name: string): string[] {
  return [name, ...Object.keys(FLAT_PLACES).map((end) => name + end)];
}

/** Whether a schema is that of a secret. */
export function isSecretSchema(schema: unknown): boolean {
  if (!(schema instanceof z.ZodType)) return false;
  if (schema.meta()?.["secret"] === true) return true;
  return schema instanceof z.ZodOptional ? isSecretSchema(schema.def.innerType) : false;
}

/** Keys of an object's schema, or of all objects of a union, that are secrets. */
function secretNames(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodUnion) {
    return [...new Set(schema.def.options.flatMap((each) => secretNames(each as z.ZodType)))];
  }
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, each]) => (isSecretSchema(each) ? [name] : []));
}

function fromEnvironment(name: string, context: RevealContext): string {
  const value = (context.env ?? process.env)[name];
  if (value !== undefined && value !== "") return value;
  const next = `set ${name}, or name another place`;
  throw missing(context, `the environment variable "${name}"`, { why: "it is not set", next });
}

async function fromKeychain(item: string, context: RevealContext): Promise<string> {
  const answer = await (context.keychain ?? keychainOf())(item);
  if ("text" in answer) return answer.text;
  throw missing(context, `the keychain item "${item}"`, answer);
}

async function fromFile(path: string, context: RevealContext): Promise<string> {
  const text = await readSecretFile(path, context);
  if (/[\r\n]/.test(text))
    throw missing(context, `"${path}"`, { why: "it holds more than one line", next: "leave one line in it" });
  return text;
}

/**
 * The text of a file that holds secrets, without the line end at its end; the caller hides what is secret in it.
 * @throws LarderError `CONFIG_SECRET` when it cannot be read or is empty
 */
export async function readSecretFile(path: string, context: RevealContext): Promise<string> {
  const { bytes, mode } = await readRegularFile(path, MAX_BYTES).catch((error: unknown) => {
    const next = "create the file, or give this user the right to read it";
    throw missing(context, `"${path}"`, { why: errorText(error), next, cause: error });
  });
  if ((mode & 0o004) !== 0) {
    const said = `Everybody on this machine can read "${path}", the ${context.what}`;
    context.warn?.({ id: "secret-exposed", level: "warn", said, next: `chmod 600 ${path}` });
  }
  const text = bytes.toString("utf8").replace(/\r?\n$/, "");
  if (text === "") throw missing(context, `"${path}"`, { why: "the file is empty", next: "write the secret into it" });
  return text;
}

interface Missing {
  readonly why: string;
  readonly next: string;
  readonly cause?: unknown;
}

function missing(context: RevealContext, from: string, { why, next, cause }: Missing): LarderError {
  return new LarderError(`Cannot read the ${context.what} from ${from}: ${why}`, {
    code: "CONFIG_SECRET",
    state: "nothing was sent",
    next,
    ...(cause === undefined ? {} : { cause }),
  });
}
