/**
 * Tags as people type them: `key=value`.
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";

/**
 * Tags of `--tag` flags.
 * @throws LarderError `USAGE_TAG`
 */
export function parseTagFlags(flags: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    flags.map((flag) => {
      const at = flag.indexOf("=");
      if (at > 0) return [flag.slice(0, at), flag.slice(at + 1)];
      throw new LarderError(`Cannot read the tag "${flag}": expected key=value`, { code: "USAGE_TAG" });
    }),
  );
}
