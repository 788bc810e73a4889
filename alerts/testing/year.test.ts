import { expect, it } from "vitest";
import { liveYear } from "./year.ts";

it("reports every planted fault of a fleet once, each over once, and nothing else", () => {
  const { rows, planted, notices } = liveYear({ seed: 3, caches: 20, days: 120, stepMinutes: 15 });
  expect(planted.length).toBeGreaterThan(30);
  expect(
    rows
      .filter(({ planted: n }) => n > 0)
      .map(({ rule }) => rule)
      .sort(),
  ).toEqual(["clock", "neighbour", "off", "pressure", "silent", "suspended", "unregistered", "wiped"]);
  expect(rows.filter(({ wrong, missed }) => wrong > 0 || missed > 0)).toEqual([]);
  // a fault at the end of the time goes on
  const open = new Set(notices.map(({ incident }) => incident));
  for (const { kind, incident } of notices) if (kind === "recovered") open.delete(incident);
  expect(open.size).toBeLessThan(4);
  for (const { reported, recovered } of rows) expect(reported - recovered).toBeLessThan(3);
});
