import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { commitMatches, parseCommit } from "../../core/journal/commit.ts";
import { parseLine } from "../../core/line/parse-line.ts";
import { ROOMS, SHELVES } from "./check-imports.mjs";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
const FILES = ["core", "cli", "fixtures", "bench", "scripts", "docs", ...ROOMS].flatMap(filesIn);

describe("docs/architecture.md", () => {
  it("shows a segment whose marks fit its lines", () => {
    const segment = /```\n(bytestoclients[\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
    let batch = "";
    let marks = 0;
    for (const line of segment.trimEnd().split("\n")) {
      if (!line.startsWith("#commit ")) {
        expect(parseLine(line)).toBeDefined();
        batch += `${line}\n`;
        continue;
      }
      const commit = parseCommit(line);
      expect(commit?.bytes).toBe(Buffer.byteLength(batch));
      expect(commit !== undefined && commitMatches(line, commit, crc32(batch))).toBe(true);
      batch = "";
      marks++;
    }
    expect([marks, batch]).toEqual([2, ""]);
  });

  it("names only files and folders that are there", () => {
    const named = namedPaths(PAGE);
    expect(named.length).toBeGreaterThan(100);
    const names = new Set(FILES.map((path) => path.split("/").at(-1)));
    expect(named.filter((path) => !existsSync(join(ROOT, path)) && !names.has(path))).toEqual([]);
  });

  it("names every room and every folder of the program, and says of shelves that they are shelves", () => {
    const folders = new Set(FILES.flatMap(foldersOf).filter((folder) => !folder.startsWith("cli/commands/")));
    expect(folders.size).toBeGreaterThan(40);
    expect([...folders].filter((folder) => !PAGE.includes(`\`${folder}\``))).toEqual([]);
    const lines = PAGE.split("\n");
    const silent = [...SHELVES.keys()].filter(
      (shelf) => !lines.some((line) => line.includes(`\`${shelf}\``) && line.includes("shelf")),
    );
    expect(silent).toEqual([]);
  });

  it("names every contract suite", () => {
    const suites = FILES.filter((path) => path.endsWith(".contract.ts"));
    expect(suites.length).toBeGreaterThan(5);
    expect(suites.filter((path) => !PAGE.includes(`\`${path}\``))).toEqual([]);
  });
});

/** Files of the program and what lies beside them. */
function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`);
}

/** The rooms' folders a source of the program lies in; none for tests and what only they use. */
function foldersOf(path: string): string[] {
  const room = path.split("/")[0] ?? "";
  if (!["core", "cli", ...ROOMS].includes(room) || !/(?<!\.test|\.contract)\.ts$/.test(path)) return [];
  if (path.includes("/testing/")) return [];
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

/** What the page calls by a path or by the name of a file; names with a place for something, `<sink>`, left out. */
function namedPaths(page: string): string[] {
  const names = [...page.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g)].map((match) => match[1] ?? "");
  const top = new Set(["core", "cli", "fixtures", "bench", "scripts", "deploy", "docs", ...ROOMS]);
  return names.filter((name) => top.has(name.split("/")[0] ?? "") || /\.(?:ts|mts|mjs|py|md)$/.test(name));
}
