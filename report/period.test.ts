import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../core/testing/runs.ts";
import { localDate } from "../core/time/local-days.ts";
import { namedPeriod, periodOf } from "./period.ts";

const ZONE = "Europe/Berlin";
const NOW = Date.parse("2026-11-18T12:00:00Z");

function dates(name: string, nowMs = NOW) {
  const { fromMs, toMs, before, kind } = namedPeriod(name, { nowMs, timeZone: ZONE, schoolYearStarts: "08-01" });
  const day = (ms: number): string => localDate(ms, ZONE);
  return [day(fromMs), day(toMs - 1), day(before.fromMs), day(before.toMs - 1), kind];
}

describe("namedPeriod()", () => {
  it.each([
    ["2026-10", ["2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30", "month"]],
    ["last month", ["2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30", "month"]],
    ["2026-01", ["2026-01-01", "2026-01-31", "2025-12-01", "2025-12-31", "month"]],
    ["this month", ["2026-11-01", "2026-11-18", "2026-10-01", "2026-10-18", "month"]],
    ["last week", ["2026-11-09", "2026-11-15", "2026-11-02", "2026-11-08", "days"]],
    ["this week", ["2026-11-16", "2026-11-18", "2026-11-09", "2026-11-11", "days"]],
    ["2025", ["2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31", "days"]],
    ["2025/26", ["2025-08-01", "2026-07-31", "2024-08-01", "2025-07-31", "days"]],
    ["school year", ["2026-08-01", "2026-11-18", "2025-08-01", "2025-11-18", "days"]],
    ["last school year", ["2025-08-01", "2026-07-31", "2024-08-01", "2025-07-31", "days"]],
  ])("%s, with what it is compared with", (name, expected) => {
    expect(dates(name)).toEqual(expected);
  });

  it("begins the school year in the year before, in spring", () => {
    expect(dates("school year", Date.parse("2026-03-01T12:00:00Z"))[0]).toBe("2025-08-01");
  });

  it.each(["2026-13", "2026-00", "2025/27", "yesterday-ish", "", "2027-01"])('refuses "%s"', (name) => {
    expect(() => dates(name)).toThrow(expect.objectContaining({ code: "USAGE_TIME" }));
  });
});

describe("periodOf()", () => {
  it("is compared with as many days before it", () => {
    const from = Date.parse("2026-11-01T23:00:00Z");
    const to = Date.parse("2026-11-08T23:00:00Z");
    const { before } = periodOf({ fromMs: from, toMs: to }, ZONE);
    expect([localDate(before.fromMs, ZONE), before.toMs]).toEqual(["2026-10-26", from]);
  });

  it("never overlaps what it is compared with", () => {
    const instant = fc.integer({ min: Date.parse("2020-01-01"), max: Date.parse("2030-01-01") });
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 400 * 86_400_000 }), (fromMs, length) => {
        const { before } = periodOf({ fromMs, toMs: fromMs + length }, ZONE);
        expect(before.toMs).toBe(fromMs);
        expect(before.fromMs).toBeLessThan(fromMs);
      }),
      { numRuns: runs(50) },
    );
  });
});
