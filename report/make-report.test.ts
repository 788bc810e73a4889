import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../core/testing/runs.ts";
import { makeReport } from "./make-report.ts";
import { changeOf, lineHoursOf, moneyOf } from "./model.ts";
import { ASKED, dayRow, exampleAnswers, exampleReport } from "./testing/example.ts";

describe("makeReport()", () => {
  it("tells apart days without data and days without traffic", () => {
    const report = exampleReport();
    expect(report.buckets).toHaveLength(31);
    expect(report.buckets.filter(({ hasData }) => !hasData).map(({ startMs }) => startMs)).toEqual([
      Date.parse("2026-10-09T22:00:00Z"),
      Date.parse("2026-10-10T22:00:00Z"),
    ]);
    expect(report.gaps).toEqual([
      { fromMs: Date.parse("2026-10-09T22:00:00Z"), toMs: Date.parse("2026-10-11T22:00:00Z"), days: 2 },
    ]);
  });

  it("names the sites that are far below the others, and those that fell silent", () => {
    const outliers = exampleReport().sites.filter(({ outlier }) => outlier !== undefined);
    expect(outliers.map(({ name, outlier }) => [name, outlier])).toEqual([
      ["Mill Lane School", "silent"],
      ["Library", "lowHitRatio"],
    ]);
  });

  it("calls no site silent where the collector stopped for all of them", () => {
    const report = makeReport(ASKED, { ...exampleAnswers(), recentSites: new Set() });
    expect(report.sites.filter(({ outlier }) => outlier === "silent")).toEqual([]);
  });

  it("says the same by day, week and month", () => {
    const source = fc.integer({ min: 0, max: 2 ** 50 });
    const day = fc.record({ cache: source, peers: source, parents: source, origin: source });
    fc.assert(
      fc.property(fc.array(fc.option(day, { nil: undefined }), { maxLength: 25 }), source, (days, warmed) => {
        const buckets = days.flatMap((sources, i) =>
          sources === undefined ? [] : [dayRow(ASKED.period.fromMs + i * 86_400_000, sources, i === 0 ? warmed : 0)],
        );
        const answers = { ...exampleAnswers(), buckets };
        const [byDay, byWeek, byMonth] = (["day", "week", "month"] as const).map((by) =>
          makeReport({ ...ASKED, by }, answers),
        );
        expect(byWeek?.total).toEqual(byDay?.total);
        expect(byMonth?.total).toEqual(byDay?.total);
        for (const report of [byDay, byWeek, byMonth]) {
          const served = report?.buckets.reduce((sum, bucket) => sum + BigInt(bucket.served), 0n);
          expect(served).toBe(BigInt(report?.total.served ?? -1));
        }
      }),
      { numRuns: runs(50) },
    );
  });
});

describe("what bytes are worth", () => {
  it("counts money by the gigabyte and hours by the line's bits", () => {
    const worth = { currency: "EUR", pricePerGB: 0.05, lineMbits: 100 };
    expect(moneyOf(2e12, worth)).toBeCloseTo(100);
    expect(lineHoursOf(45e9, worth)).toBeCloseTo(1);
    expect(moneyOf(1, { ...worth, pricePerGB: undefined })).toBeUndefined();
  });

  it("knows no change where there was nothing before", () => {
    expect(changeOf(5, 0)).toBeUndefined();
    expect(changeOf(5, undefined)).toBeUndefined();
    expect(changeOf(5, 4)).toBeCloseTo(0.25);
  });
});
