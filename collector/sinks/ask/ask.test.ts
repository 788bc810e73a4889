import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HistoryQuery } from "../../../core/history/history.ts";
import { runs } from "../../../core/testing/runs.ts";
import { bucketStart } from "../../../core/time/local-days.ts";
import { parseExact } from "./exact-json.ts";
import { lineStatement, sumStatement } from "./influx.ts";
import { partsOf } from "./parts.ts";
import { sumText } from "./victoria.ts";

const DAY = 86_400_000;
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"];
const NOW = Date.parse("2026-11-20T10:00:00Z");
const query = (more: Partial<HistoryQuery>): HistoryQuery => ({
  measurement: "bytestoclients",
  fields: ["bytes.fromcache.toclients"],
  fromMs: Date.parse("2026-10-23T22:00:00Z"),
  toMs: Date.parse("2026-10-26T23:00:00Z"),
  by: "day",
  timeZone: "Europe/Berlin",
  ...more,
});

describe("partsOf()", () => {
  it("counts every roll-up of a closed bucket and every raw row of an open one once, in its own bucket", () => {
    const instant = fc.integer({ min: NOW - 60 * DAY, max: NOW });
    const bys = fc.constantFrom("day" as const, "hour" as const, "all" as const);
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 1, max: 9 * DAY }),
        fc.constantFrom(...ZONES),
        bys,
        (fromMs, long, timeZone, by) => {
          const toMs = Math.min(NOW, fromMs + long);
          if (toMs <= fromMs) return;
          const parts = partsOf(query({ fromMs, toMs, by, timeZone }), NOW);
          const wanted = (ms: number): number => (by === "all" ? fromMs : bucketStart(ms, by, timeZone));
          const found = new Map<number, number>();
          for (let ms = bucketStart(fromMs, "hour", timeZone); ms < toMs; ms += 3_600_000) {
            for (const part of parts) {
              // of days and hours the points are at their beginnings, of raw rows in every hour
              const unit = part.measurement.endsWith("_1d") ? "day" : "hour";
              const at = part.store === "raw" ? Math.max(ms, fromMs) : bucketStart(ms, unit, timeZone);
              if (part.store === "rolled" && at !== ms) continue;
              if (at < part.fromMs || at >= part.toMs) continue;
              const windowMs = part.windowMs ?? part.toMs - part.fromMs;
              const start = part.fromMs + Math.floor((at - part.fromMs) / windowMs) * windowMs;
              const bucket = by === "all" ? fromMs : bucketStart(part.bucketOf(start), by, timeZone);
              expect(bucket).toBe(wanted(at));
              const hours = part.store === "raw" || unit === "hour" ? 1 : hoursOf(at, timeZone);
              found.set(bucket, (found.get(bucket) ?? 0) + hours);
            }
          }
          const expected = new Map<number, number>();
          for (let ms = bucketStart(fromMs, "hour", timeZone); ms < toMs; ms += 3_600_000) {
            const bucket = wanted(Math.max(ms, fromMs));
            expected.set(bucket, (expected.get(bucket) ?? 0) + 1);
          }
          // zones off the hour begin their days between two of these hours
          if (["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia"].includes(timeZone))
            expect(found).toEqual(expected);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it("leaves tags that roll-ups do not have, and days that are not over, to raw rows", () => {
    const stores = (more: Partial<HistoryQuery>): string[] => partsOf(query(more), NOW).map(({ store }) => store);
    expect(stores({})).toEqual(["rolled"]);
    expect(stores({ by: "all", measurement: "precacheasset", groupBy: ["group"] })).toEqual(["raw"]);
    expect(stores({ by: "all", toMs: NOW })).toEqual(["rolled", "rolled", "raw"]);
    expect(stores({ fromMs: NOW - 3_600_000, toMs: NOW })).toEqual(["raw"]);
  });
});

function hoursOf(dayMs: number, zone: string): number {
  let hours = 0;
  for (let ms = dayMs; bucketStart(ms, "day", zone) === bucketStart(dayMs, "day", zone); ms += 3_600_000) hours++;
  return hours;
}

describe("the texts", () => {
  const [part] = partsOf(query({ tags: { site_name: "O'Brien" }, groupBy: ["site_name", "server"] }), NOW);
  if (part === undefined) throw new Error("a part is there");

  it("ask InfluxDB for windows of days, and for lines", () => {
    expect(sumStatement(part)).toBe(
      `SELECT sum("bytes.fromcache.toclients") AS "bytes.fromcache.toclients" FROM "bytestoclients_1d" WHERE time >= 1792749600000ms AND time < 1793012400000ms AND "site_name" = 'O\\'Brien' GROUP BY time(86400s, 36000s), "site_name", "server" fill(none)`,
    );
    const wanted = { measurement: "events", fromMs: 1, toMs: 9, take: () => {} };
    expect(lineStatement({ ...wanted, enough: { without: { event: ["run-end"] }, most: 7 } })).toBe(
      `SELECT * FROM "events" WHERE time >= 1ms AND time < 9ms AND "event" != 'run-end' ORDER BY time DESC LIMIT 7`,
    );
    expect(lineStatement({ ...wanted, enough: { newest: true } })).toMatch(/GROUP BY \* ORDER BY time DESC LIMIT 1$/);
  });

  it("ask VictoriaMetrics for the same", () => {
    expect(sumText(part)).toBe(
      `union(label_set(sum by (site_name, server) (sum_over_time({__name__="bytestoclients_1d_bytes.fromcache.toclients",site_name="O'Brien"}[86400000ms])), "larder_field", "bytes.fromcache.toclients"))`,
    );
  });
});

describe("parseExact()", () => {
  it("reads whole numbers of any size, and leaves texts alone", () => {
    expect(parseExact('{"a":[9007199254740993,-9007199254740993, 12 ,1.5e3],"b":"x 9007199254740993,\\" 1"}')).toEqual({
      a: [9007199254740993n, -9007199254740993n, 12, 1500],
      b: 'x 9007199254740993," 1',
    });
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n })), fc.string(), (numbers, text) => {
        const json = `{"n":[${numbers.join(",")}],"t":${JSON.stringify(text)}}`;
        const read = parseExact(json) as { n: (number | bigint)[]; t: string };
        expect(read.n.map(BigInt)).toEqual(numbers);
        expect(read.t).toBe(text);
      }),
    );
  });
});
