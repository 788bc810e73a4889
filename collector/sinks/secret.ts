/**
 * Secrets of sinks: from a file or the environment, so that they need not stand in the configuration.
 *
 * @module
 */
import { open } from "node:fs/promises";
import { errorCode, errorText, LarderError } from "../../core/errors.ts";

/** Where a secret may come from; at most one is given. */
export interface SecretPlaces {
  readonly value?: string | undefined;
  readonly file?: string | undefined;
  readonly env?: string | undefined;
}

export interface SecretContext {
  /** For messages: `password of sink "main"`. */
  readonly what: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string) => void;
}

const SECRET_MAX_BYTES = 64 * 1024;

/**
 * Reads a secret, or undefined when no place is given. One newline at the end of a file is not part of it.
 * @throws LarderError `CONFIG_SECRET` when the place holds nothing; the secret itself is never in a message.
 */
export async function readSecret(places: SecretPlaces, context: SecretContext): Promise<string | undefined> {
  if (places.value !== undefined) return places.value;
  if (places.env !== undefined) return fromEnvironment(places.env, context);
  if (places.file !== undefined) return await fromFile(places.file, context);
  return undefined;
}

function fromEnvironment(name: string, context: SecretContext): string {
  const value = context.env[name];
  if (value === undefined || value === "") {
    throw missing(context, `the environment variable "${name}"`, "it is not set", `set ${name}, or name another place`);
  }
  return value;
}

async function fromFile(path: string, context: SecretContext): Promise<string> {
  const { text, mode } = await readSmall(path).catch((error: unknown) => {
    const said = errorCode(error) === "ENOENT" ? "there is no such file" : errorText(error);
    throw missing(context, `"${path}"`, said, "create the file, or give this user the right to read it");
  });
  if ((mode & 0o004) !== 0) {
    context.warn(`Everybody on this machine can read "${path}", the ${context.what}: chmod 600 it`);
  }
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "") throw missing(context, `"${path}"`, "the file is empty", "write the secret into it");
  if (secret.includes("\n")) throw missing(context, `"${path}"`, "it holds more than one line", "leave one line in it");
  return secret;
}

async function readSmall(path: string): Promise<{ text: string; mode: number }> {
  const file = await open(path, "r");
  try {
    const { size, mode } = await file.stat();
    if (size > SECRET_MAX_BYTES) throw new Error(`it is longer than ${SECRET_MAX_BYTES} bytes`);
    return { text: await file.readFile("utf8"), mode };
  } finally {
    await file.close();
  }
}

function missing(context: SecretContext, place: string, said: string, next: string): LarderError {
  return new LarderError(`Cannot read the ${context.what} from ${place}: ${said}`, { code: "CONFIG_SECRET", next });
}
