import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { commitMatches, parseCommit } from "../../core/journal/commit.ts";
import { parseLine } from "../../core/line/parse-line.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");

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

  it("names only files that are there", () => {
    const named = [
      ...PAGE.matchAll(/`((?:core|collector|precache|grafana|cli|scripts|bench)\/[\w/.-]+\.(?:ts|mjs))`/g),
    ];
    expect(named.length).toBeGreaterThan(10);
    expect(named.map((match) => match[1] ?? "").filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
