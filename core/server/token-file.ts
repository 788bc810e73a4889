/**
 * The file of a server's tokens.
 *
 * @module
 */
import { readSecretFile } from "../config/config.ts";
import { LarderError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { hideFromNowOn } from "../revealed.ts";
import type { NamedToken } from "./access.ts";

/** Shorter ones can be guessed. */
const LEAST_CHARACTERS = 16;

/**
 * One token, or one a line with a name before it: `north 9f2c…`. Empty lines and those with `#` are left out.
 * @throws LarderError `SERVER_TOKENS` for a line that is neither, a short token and an empty file; `CONFIG_SECRET` when the file cannot be read
 */
export async function readTokenFile(path: string, warn?: (finding: Finding) => void): Promise<NamedToken[]> {
  const what = `tokens of "${path}"`;
  const text = await readSecretFile(path, { what, ...(warn === undefined ? {} : { warn }) });
  const lines = text.split(/\r?\n/).map((line, i) => ({ words: line.trim().split(/\s+/), number: i + 1, line }));
  const used = lines.filter(({ line }) => !/^\s*(#|$)/.test(line));
  if (used.length === 0) throw unfit(path, "it holds none");
  return used.map(({ words, number }) => {
    const token = words.at(-1) ?? "";
    if (words.length > 2) throw unfit(path, `line ${number} has ${words.length} words, expected a name and a token`);
    if (token.length < LEAST_CHARACTERS)
      throw unfit(
        path,
        `the token in line ${number} has ${token.length} characters, expected ${LEAST_CHARACTERS} or more`,
      );
    hideFromNowOn(token);
    return { name: words.length === 2 ? (words[0] ?? "") : "default", token };
  });
}

function unfit(path: string, why: string): LarderError {
  return new LarderError(`Cannot use the tokens in "${path}": ${why}`, {
    code: "SERVER_TOKENS",
    state: "nothing was started",
    next: "make one with: openssl rand -hex 32",
  });
}
