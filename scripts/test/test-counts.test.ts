import { describe, expect, it } from "vitest";
import { countTests, sumCounts } from "./test-counts.mjs";

const file = (status: string, ...tests: [string, string[], string][]): object => ({
  status,
  assertionResults: tests.map(([title, ancestorTitles, outcome]) => ({ title, ancestorTitles, status: outcome })),
});
const report = (...files: object[]): string => JSON.stringify({ testResults: files });

describe("countTests()", () => {
  it("counts what passed, failed and was left out, with the reason", () => {
    const text = report(
      file("failed", ["a", ["x"], "passed"], ["b", ["x"], "failed"]),
      file("passed", ["c", ["no engines here"], "skipped"], ["d", ["no engines here"], "pending"], ["e", [], "todo"]),
    );
    expect(countTests(text, false)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 3,
      skips: ["no engines here (2 tests)", "e: e"],
    });
  });

  it("counts a file that could not be loaded as failed", () => {
    expect(countTests(report(file("failed"), file("passed", ["a", [], "passed"])), false)).toMatchObject({ failed: 1 });
  });

  it("counts a missing or broken report, and a bad end without a failed test, as failed", () => {
    expect(countTests(undefined, true).failed).toBe(1);
    expect(countTests("{", true).failed).toBe(1);
    expect(countTests(report(file("passed", ["a", [], "passed"])), false)).toMatchObject({ passed: 1, failed: 1 });
  });

  it("adds up", () => {
    expect(
      sumCounts([
        { passed: 1, failed: 2, skipped: 3 },
        { passed: 10, failed: 0, skipped: 1 },
      ]),
    ).toEqual({
      passed: 11,
      failed: 2,
      skipped: 4,
    });
  });
});
