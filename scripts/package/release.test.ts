import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { VERSION } from "../../core/version.ts";
import { releaseNotes } from "./release-notes.ts";

const ROOT = resolve(import.meta.dirname, "../..");

describe("the notes of a release", () => {
  it("have every change of the version, what may hurt first", () => {
    const notes = releaseNotes(
      "# Changes\n\n## 2.0.0\n\n* [FEATURE] a\n* [CHANGE] b\n\n## 1.0.0\n\n* [BUGFIX] c\n",
      "2.0.0",
    );
    expect(notes).toBe("# larder 2.0.0\n\n## Look here before you upgrade\n\n* b\n\n## New\n\n* a\n");
  });

  it("can be written of this version: each of its changes is of a kind", () => {
    const changes = readFileSync(join(ROOT, "CHANGELOG.md"), "utf8");
    expect(releaseNotes(changes, VERSION)).toContain("## New");
    expect(() => releaseNotes("## 1.0.0\n\n* [OTHER] a\n", "1.0.0")).toThrow("no kind");
    expect(() => releaseNotes("## 1.0.0\n", "1.0")).toThrow("no version 1.0");
  });
});

it("the npm package has the program and its pages, no test and nothing of this checkout", () => {
  const packed = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: ROOT, encoding: "utf8" });
  const [{ files }] = JSON.parse(packed.stdout) as [{ files: { path: string }[] }];
  const names = files.map(({ path }) => path);
  for (const name of [
    ...["package.json", "LICENSE", "README.md", "CHANGELOG.md", "dist/larder.js", "dist/licences.txt", "dist/page.js"],
    ...["docs/operations.md", "deploy/launchd/org.larder.collect.plist", "deploy/bin/larder"],
  ]) {
    expect(names).toContain(name);
  }
  expect(
    names.filter((name) =>
      /\.test\.|\.contract\.|\.map$|secrets\/|\.db$|^(fixtures|bench|scripts|packages)\//.test(name),
    ),
  ).toEqual([]);
});
