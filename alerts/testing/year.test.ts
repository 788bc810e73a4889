import { expect, it } from "vitest";
import { liveYear } from "./year.ts";

it("reports every planted fault of a fleet once, in time, to the right person, each over once, and nothing else", () => {
  const { rows, planted, complaints, outages } = liveYear({ seed: 3, caches: 10, days: 60, stepMinutes: 15 });
  expect(complaints).toEqual([]);
  expect(planted.length).toBeGreaterThan(15);
  const found = rows.filter(({ planted: n }) => n > 0).map(({ rule }) => rule);
  expect(found.length).toBeGreaterThan(6);
  expect(rows.filter(({ wrong, missed }) => wrong > 0 || missed > 0)).toEqual([]);
  expect(outages).toHaveLength(1);
  for (const { regions, notices } of outages) expect(notices).toBe(regions);
});
