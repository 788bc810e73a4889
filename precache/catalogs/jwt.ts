/**
 * gdmf's answers: JSON in the middle part of a JSON Web Token.
 *
 * The signature is not checked: the answer comes over TLS from the server that signs it.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { Shape } from "../untrusted/untrusted.ts";
import { parseJson } from "../untrusted/untrusted.ts";

/**
 * The payload of a token; a bare JSON text is taken as it is.
 * @param what where it came from, for messages
 * @throws LarderError `CATALOG_BROKEN`
 */
export function readToken(bytes: Buffer, what: string): Shape {
  const text = bytes
    .toString("latin1")
    .trim()
    .replace(/^"(.*)"$/s, "$1");
  if (text.startsWith("{")) return parseJson(bytes, what);
  const parts = text.split(".");
  const payload = parts[1];
  if (parts.length !== 3 || payload === undefined || !/^[\w-]+={0,2}$/.test(payload)) {
    throw new LarderError(
      `Cannot read "${what}": it begins with "${text.slice(0, 40)}", expected a token of three parts`,
      {
        code: "CATALOG_BROKEN",
      },
    );
  }
  return parseJson(Buffer.from(payload, "base64url"), what);
}
