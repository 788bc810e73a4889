/**
 * Brings Debian's Chromium, with the libraries and a font that this machine lacks, unpacked without root.
 *
 * A Chromium that is installed is used as it is: `fixtures/browser/browser.ts` looks there first.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Where Debian installs it. */
const INSTALLED = "/usr/bin/chromium";

/** What to bring. Debian keeps one version, the newest: which it is, is not ours to say. */
export const CHROMIUM = { name: "chromium", version: "of Debian 12", program: "usr/lib/chromium/chromium" };

/** Whether this machine has one of its own. */
export function isInstalled() {
  return existsSync(INSTALLED);
}

/**
 * Downloads what an installation would, and unpacks it into a folder.
 * @param {string} folder
 * @param {import("./apt.mjs").Apt} apt
 */
export async function bringChromium(folder, apt) {
  const packages = await missingPackages(apt);
  const downloads = join(folder, "packages");
  mkdirSync(downloads);
  // a page without any font has no text to look at
  for (const name of new Set([...packages, "fonts-liberation"])) await apt.download(name, downloads);
  for (const file of readdirSync(downloads)) await apt.unpack(join(downloads, file), folder);
  rmSync(downloads, { recursive: true });
}

/** Chromium, and what it needs and this machine does not have. */
async function missingPackages(apt) {
  const { ok, text } = await apt.get(["install", "--print-uris", "--no-install-recommends", "chromium"]);
  const names = [...text.matchAll(/^'[^']+' ([^_\s]+)_/gm)].map(([, name]) => name);
  if (!ok || names.length === 0) throw apt.lacks("chromium", text);
  return names;
}
