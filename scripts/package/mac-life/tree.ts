/**
 * A whole tree as text, so that two can be compared: what lies where, whose it is, who may read it, and what is in it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Of a bigger file its size is enough. */
const READ_BYTES = 4 * 1024 * 1024;

/** A line for each path below a folder, by path. @param leftOut paths that are not looked at, with all below them */
export function treeOf(folder: string, leftOut: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (path: string): void => {
    if (leftOut.includes(path)) return;
    const stat = lstatSync(path);
    const owner = `${stat.uid}:${stat.gid} ${(stat.mode & 0o7777).toString(8)}`;
    if (stat.isSymbolicLink()) found.set(path, `link to ${readlinkSync(path)}`);
    else if (stat.isDirectory()) {
      found.set(path, `folder ${owner}`);
      for (const name of readdirSync(path)) walk(join(path, name));
    } else found.set(path, `file ${owner} ${stat.isFile() ? contentOf(path, stat.size) : "socket"}`);
  };
  walk(folder);
  return found;
}

function contentOf(path: string, size: number): string {
  if (size > READ_BYTES) return `${size} bytes`;
  return createHash("sha1").update(readFileSync(path)).digest("hex");
}

/** What differs, a line each: `+ path`, `- path`, `~ path`. */
export function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const [one, other] = [before.get(path), after.get(path)];
    if (one === other) return [];
    return [`${one === undefined ? "+" : other === undefined ? "-" : "~"} ${path}`];
  });
}
