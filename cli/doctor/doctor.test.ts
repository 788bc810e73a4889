import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKS, diagnose, readEvidence, readFacts } from "./doctor.ts";

const CASES = join(import.meta.dirname, "../../fixtures/doctor");
const names = readdirSync(CASES);

/** The finding a case provokes: `records-differ` of `records-differ--one-lacks-it`. */
const findingOf = (name: string): string => name.replace(/--.*$/, "");

async function diagnosed(name: string) {
  return diagnose(await readFacts(await readEvidence(join(CASES, name))));
}

describe("cases", () => {
  it.each(names.filter((name) => name.startsWith("healthy")))("%s has no finding", async (name) => {
    const { findings, worst, checks } = await diagnosed(name);
    expect(findings).toEqual([]);
    expect(worst).toBe("ok");
    expect(checks.filter(({ result }) => result === "ok").length).toBeGreaterThan(3);
  });

  it.each(names.filter((name) => !name.startsWith("healthy")))("%s provokes its finding and no other", async (name) => {
    const { findings } = await diagnosed(name);
    expect(findings.map(({ id }) => id)).toEqual([findingOf(name)]);
    for (const { said, why, next, evidence } of findings) {
      for (const text of [said, why, next, evidence]) expect(text.trim()).not.toBe("");
    }
  });

  it("there is one for every finding of every check", () => {
    const provoked = new Set(names.map(findingOf));
    const all = CHECKS.flatMap(({ finds }) => finds);
    expect(all.filter((id) => !provoked.has(id))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
    expect(names.length).toBeGreaterThanOrEqual(40);
  });

  it("the healthy cache shows every check that a cache has, looked at", async () => {
    const skipped = (await diagnosed("healthy-cache")).checks.filter(({ result }) => result === "skipped");
    // caches found elsewhere, and what a client remembers
    expect(skipped.map(({ check }) => check)).toEqual(["cache-port", "disk-cache"]);
  });
});
