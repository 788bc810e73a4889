import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
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

describe("evidence from a stranger", () => {
  /** Every file of every case, by its name. */
  const samples = new Map<string, Uint8Array[]>();
  for (const name of names) {
    for (const file of readdirSync(join(CASES, name))) {
      samples.set(file, [...(samples.get(file) ?? []), readFileSync(join(CASES, name, file))]);
    }
  }
  const files = [...samples.keys()];

  it("is never the end of a diagnosis, however it is mixed, cut and damaged", async () => {
    const damaged = fc.record({
      file: fc.constantFrom(...files),
      sample: fc.nat(20),
      cutAt: fc.option(fc.nat(3000)),
      at: fc.nat(3000),
      put: fc.constantFrom("", "0", "null", "-", "]", "\u0000", "9999999999999999999999", '"x":', "\n\n"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(damaged, { maxLength: 12 }), async (parts) => {
        const evidence = new Map<string, Uint8Array>();
        for (const { file, sample, cutAt, at, put } of parts) {
          const all = samples.get(file) ?? [];
          const bytes = Buffer.from(all[sample % all.length] ?? "");
          const whole = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at)]);
          evidence.set(file, cutAt === null ? whole : whole.subarray(0, cutAt));
        }
        const { findings, worst } = diagnose(await readFacts(evidence));
        expect(worst === "ok").toBe(findings.length === 0);
        const declared = new Set(CHECKS.flatMap(({ finds }) => finds));
        for (const { id, said, why, next, evidence: seen } of findings) {
          expect(declared.has(id), id).toBe(true);
          for (const text of [said, why, next, seen]) expect(text, id).not.toMatch(/^$|undefined|NaN|\[object/);
        }
      }),
      { numRuns: runs(60) },
    );
  });
});
