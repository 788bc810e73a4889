/**
 * The formula of a release: the address and the checksum of what `npm pack` made are filled in.
 *
 *   npm run -s formula -- larder-0.1.0.tgz https://example.org/larder/larder-0.1.0.tgz > larder.rb
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { VERSION } from "../../core/version.ts";

const TEMPLATE = resolve(import.meta.dirname, "../../deploy/homebrew/larder.rb");

/**
 * The text of `deploy/homebrew/larder.rb` for a release.
 * @param tarball what was published
 * @param url where it is
 * @throws Error where the address would break out of its text, or is not of this version
 */
export function formulaOf(tarball: Buffer, url: string): string {
  if (!/^https:\/\/[\w.~:/%+-]+\.tgz$/.test(url)) throw new Error(`"${url}" is not an https address of a .tgz`);
  if (!url.includes(VERSION))
    throw new Error(`"${url}" does not name the version ${VERSION}, which Homebrew reads there`);
  const sum = createHash("sha256").update(tarball).digest("hex");
  const filled = readFileSync(TEMPLATE, "utf8")
    .replace(/^# For a tap.*\n/, "")
    .replace(/^ {2}url ".*"$/m, `  url "${url}"`)
    .replace(/^ {2}sha256 ".*"$/m, `  sha256 "${sum}"`);
  if (!filled.includes(url) || !filled.includes(sum)) throw new Error(`${TEMPLATE} has no place for them`);
  return filled;
}

if (process.argv[1] === import.meta.filename) {
  const [tarball, url] = process.argv.slice(2);
  if (tarball === undefined || url === undefined) throw new Error("name the tarball and its address");
  process.stdout.write(formulaOf(readFileSync(tarball), url));
}
