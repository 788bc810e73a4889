/**
 * Real inputs of targets: files of `fixtures/`, and of the shared data where they are there.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { sharedData } from "../../fixtures/shared-data.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Larger files are cut: what takes long to read is tried less often. */
const MOST_BYTES = 24_576;

/** The beginning of each file under a path of the project that has one of these endings. */
export function ownFiles(path: string, ...endings: string[]): Buffer[] {
  return filesUnder(join(ROOT, path), endings);
}

/** The same of the shared data. */
export function sharedFiles(path: string, ...endings: string[]): Buffer[] {
  const folder = sharedData(path);
  return folder === undefined ? [] : filesUnder(folder, endings);
}

/** Texts as bytes. */
export function texts(...all: string[]): Buffer[] {
  return all.map((text) => Buffer.from(text));
}

/** Values as JSON. */
export function json(...all: unknown[]): Buffer[] {
  return all.map((value) => Buffer.from(JSON.stringify(value)));
}

/** Each line of some files as an input, a few of each. */
export function lines(files: readonly Buffer[], most = 20): Buffer[] {
  return files.flatMap((file) => {
    const all = file.toString("latin1").split("\n");
    const step = Math.max(1, Math.floor(all.length / most));
    return all.filter((line, i) => i % step === 0 && line !== "").map((line) => Buffer.from(line, "latin1"));
  });
}

/** The last cursors of a stream of a kept journal, each as JSON. */
export function cursors(stream: string): Buffer[] {
  const marks = ownFiles(`fixtures/state/0.1/state/journal/${stream}`, ".lp").flatMap((file) =>
    [...file.toString("latin1").matchAll(/^#commit .*(?=\n)/gm)].slice(-2).map(([line]) => line),
  );
  const commits = marks.map((line) => JSON.parse(line.slice(line.indexOf("{"))) as { cursors: object });
  return commits.flatMap((commit) => json(...Object.values(commit.cursors)));
}

function filesUnder(path: string, endings: readonly string[]): Buffer[] {
  if (!existsSync(path)) return [];
  const names = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: "utf8" }).sort() : [""];
  return names
    .map((name) => (name === "" ? path : join(path, name)))
    .filter((file) => (endings.length === 0 || endings.some((end) => file.endsWith(end))) && statSync(file).isFile())
    .map((file) => readFileSync(file).subarray(0, MOST_BYTES));
}
