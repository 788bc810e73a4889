import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSetAside, SET_ASIDE } from "./set-aside.ts";
import { rejectPath } from "./ship/reject-file.ts";

describe("openSetAside()", () => {
  let stateDir: string;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "larder-aside-"));
  });
  afterEach(() => rmSync(stateDir, { recursive: true }));

  it("keeps rows with the reason as comments, one line each, and says how many found no room", async () => {
    const setAside = openSetAside(stateDir, () => 0, { maxBytes: 300 });
    const rows = Array.from({ length: 10 }, (_, i) => ({ what: `${i} | two\nlines`, reason: "it has no date" }));
    const kept = await setAside("metrics-db", rows);
    const path = rejectPath(stateDir, SET_ASIDE);
    const text = readFileSync(path, "utf8");
    expect(text.startsWith("# 1970-01-01T00:00:00.000Z metrics-db: it has no date\n# 0 | two lines\n")).toBe(true);
    expect(text.match(/two lines/g)).toHaveLength(kept);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(10);
    // the same rows again: those that are in the file still are, and the others still find no room
    expect(await setAside("metrics-db", rows)).toBe(kept);
    expect(statSync(path).size).toBeLessThanOrEqual(300);
  });
});
