import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { VERSION } from "../../core/version.ts";
import { formulaOf } from "./homebrew-formula.ts";
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

describe("the formula for Homebrew", () => {
  const url = `https://example.org/releases/larder-${VERSION}.tgz`;
  const hasRuby = spawnSync("ruby", ["--version"]).error === undefined;

  it("has the address and the checksum of what was published, and nothing else that is open", () => {
    const formula = formulaOf(Buffer.from("larder"), url);
    expect(formula).toContain(`  url "${url}"\n`);
    expect(/sha256 "([0-9a-f]{64})"/.exec(formula)?.[1]).toBe(createHash("sha256").update("larder").digest("hex"));
    expect(formula).not.toMatch(/0{64}|fill in/);
    // every block is closed
    const words = formula.replaceAll(/"[^"]*"|#.*/g, "");
    expect(words.match(/\b(class|def|do)\b/g)?.length).toBe(words.match(/\bend\b/g)?.length);
  });

  it("refuses an address that is not of this version, or no address", () => {
    for (const wrong of ["https://example.org/larder-9.9.9.tgz", `http://example.org/larder-${VERSION}.tgz`])
      expect(() => formulaOf(Buffer.from(""), wrong)).toThrow(wrong);
    expect(() => formulaOf(Buffer.from(""), `https://example.org/${VERSION}"; system("x").tgz`)).toThrow(
      "not an https",
    );
  });

  it.skipIf(!hasRuby)("is Ruby (needs ruby)", () => {
    const checked = spawnSync("ruby", ["-c"], { input: formulaOf(Buffer.from("larder"), url), encoding: "utf8" });
    expect(checked.stderr).toBe("");
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
