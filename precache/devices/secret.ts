/**
 * A secret where it is needed: given, or read from the environment or a file, and never kept in a message.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { errorCode, LarderError } from "../../core/errors.ts";
import type { Secret } from "../options-devices.ts";

/**
 * The secret's text, without the line end a file has.
 * @param what whose it is, for messages
 * @throws LarderError `DEVICES_DENIED` when there is none
 */
export async function readSecret(secret: Secret, what: string): Promise<string> {
  if (typeof secret === "string") return secret;
  if ("env" in secret) {
    const value = process.env[secret.env];
    if (value !== undefined && value !== "") return value;
    throw missing(what, `the environment variable "${secret.env}" is not set`, undefined);
  }
  try {
    const text = (await readFile(secret.file, "utf8")).replace(/\r?\n$/, "");
    if (text !== "") return text;
  } catch (error) {
    throw missing(what, `file "${secret.file}" cannot be read (${errorCode(error) ?? "unknown"})`, error);
  }
  throw missing(what, `file "${secret.file}" is empty`, undefined);
}

function missing(what: string, why: string, cause: unknown): LarderError {
  return new LarderError(`Cannot sign in to ${what}: ${why}`, { code: "DEVICES_DENIED", cause });
}
