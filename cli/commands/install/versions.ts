/**
 * Versions of larder: of what is installed, and which of two is the newer.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "../../../core/errors.ts";

/** The version of the program in a folder. @throws LarderError `INSTALL_SOURCE` */
export function versionOf(root: string): string {
  const path = join(root, "package.json");
  const version: unknown = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as { version?: unknown }).version
    : undefined;
  if (typeof version === "string") return version;
  throw new LarderError(`Cannot install from "${root}": it has no package.json with a version`, {
    code: "INSTALL_SOURCE",
    state: "nothing was changed",
    next: "run the larder of a bundle, or of a checkout after npm ci",
  });
}

/** The version that is installed; undefined where none is, or what is there cannot be read. */
export function installedVersion(program: string): string | undefined {
  try {
    return versionOf(program);
  } catch {
    return undefined;
  }
}

/** Below 0 when `one` is older than `other`; a pre-release is older than its release. */
export function compareVersions(one: string, other: string): number {
  const [numbers, others] = [one, other].map((version) => (version.split(/[-+]/)[0] ?? "").split(".").map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (numbers?.[at] ?? 0) - (others?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(other.includes("-")) - Number(one.includes("-"));
}
