import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFleetJournal } from "../fixtures/fleet/fleet-journal.ts";
import { type Fleet, planFleet, SERVED_FIELDS, Truth } from "../fixtures/fleet/index.ts";
import { makeJournalReport } from "./index.ts";
import { namedPeriod } from "./period.ts";
import { ASKED } from "./testing/example.ts";

const ZONE = "Europe/Berlin";
const fromMs = Date.parse("2026-09-30T22:00:00Z");
const toMs = Date.parse("2026-10-31T23:00:00Z");
const context = { nowMs: toMs + 1, timeZone: ZONE, schoolYearStarts: "08-01" };

let folder: string;
let fleet: Fleet;
let truth: Truth;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "larder-report-"));
  fleet = planFleet({ seed: 7, caches: 6, regions: 2, fromMs, toMs, zone: ZONE, intervalSeconds: 3600 });
  truth = new Truth(fleet);
  await writeFleetJournal(folder, fleet, truth, { statusEverySeconds: 3600, selfEverySeconds: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a report of a journal", () => {
  it.each(["day", "week", "month"] as const)("has the fleet's own sums by %s", async (by) => {
    const report = await makeJournalReport(folder, { ...ASKED, period: namedPeriod("2026-10", context), by });
    expect(report.total.served).toBe(truth.sum(SERVED_FIELDS));
    expect(report.total.fromApple).toBe(truth.sum(["bytes.fromorigin.toclients"]));
    expect(report.sources.peers).toBe(truth.sum(["bytes.frompeers.toclients"]));
    expect(report.buckets.reduce((sum, { served }) => sum + Number(served), 0)).toBe(truth.sum(SERVED_FIELDS));
    expect(report.sites.reduce((sum, { served }) => sum + Number(served), 0)).toBe(truth.sum(SERVED_FIELDS));
  });

  it("counts each day by itself", async () => {
    const report = await makeJournalReport(folder, { ...ASKED, period: namedPeriod("2026-10", context) });
    for (const { startMs, served } of report.buckets) {
      expect(served).toBe(truth.sum(SERVED_FIELDS, {}, startMs, startMs + 1));
    }
  });

  it("keeps to the tags it is asked for, and tells regions apart", async () => {
    const region = fleet.caches[0]?.tags["region"] ?? "";
    const report = await makeJournalReport(folder, {
      ...ASKED,
      period: namedPeriod("2026-10", context),
      filter: { region },
      groupBy: "region",
    });
    expect(report.total.served).toBe(truth.sum(SERVED_FIELDS, { region }));
    expect(report.sites.map(({ name }) => name)).toEqual([region]);
  });

  it("lists what went wrong, what was held and what warming did", async () => {
    const report = await makeJournalReport(folder, { ...ASKED, period: namedPeriod("2026-10", context) });
    expect(report.troubles.length).toBeGreaterThan(0);
    expect(report.kinds.map(({ kind }) => kind)).toContain("iOS Software");
    expect(report.warming?.warmed).toBeGreaterThan(0);
  });

  it("says that nothing is known of a time without data", async () => {
    const period = namedPeriod("2026-05", context);
    const report = await makeJournalReport(folder, { ...ASKED, period });
    expect(report.buckets.every(({ hasData }) => !hasData)).toBe(true);
    expect(report.gaps).toEqual([{ fromMs: period.fromMs, toMs: period.toMs, days: 31 }]);
    expect(report.before).toBeUndefined();
  });
});
