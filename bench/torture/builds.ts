/**
 * Two builds of larder that differ in their version alone: what an upgrade, and going back from it, comes to where no format
 * has changed.
 *
 * @module
 */
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { VERSION } from "../../core/version.ts";
import { LARDER } from "./program.ts";

/** The version that the other build says it is. */
export const NEWER = "99.0.0";

/** Makes the other build in a folder. @returns its program */
export function newerBuild(folder: string): string {
  const target = join(folder, "dist");
  cpSync(dirname(LARDER), target, { recursive: true });
  symlinkSync(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
  const chunks = readdirSync(join(target, "chunks")).map((name) => join(target, "chunks", name));
  const home = chunks.filter((path) => readFileSync(path, "utf8").includes(`version:"${VERSION}"`));
  if (home.length === 0) throw new Error(`no chunk of larder says its version, ${VERSION}`);
  for (const path of home)
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(`version:"${VERSION}"`, `version:"${NEWER}"`));
  return join(target, "larder.js");
}
