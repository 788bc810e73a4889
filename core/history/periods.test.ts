import fc from "fast-check";
import { expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { localDate, nextBucket } from "../time/local-days.ts";
import { nextPeriod, periodStart } from "./periods.ts";

const ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"];

it("ends a week or a month where the next one begins, whatever the clocks do", () => {
  const instant = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2035, 0) });
  fc.assert(
    fc.property(instant, fc.constantFrom("week", "month"), fc.constantFrom(...ZONES), (ms, period, zone) => {
      let at = ms;
      while (periodStart(at, period, zone) === periodStart(ms, period, zone)) at = nextBucket(at, "day", zone);
      expect(nextPeriod(ms, period, zone)).toBe(at);
      if (period === "month") expect(localDate(at, zone)).toMatch(/-01$/);
    }),
    { numRuns: runs(50) },
  );
});
