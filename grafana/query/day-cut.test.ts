import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketStart, localMinute, nextBucket } from "../../core/time/local-days.ts";
import { cutOffset, daysOf } from "./day-cut.ts";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "Europe/London",
  "Atlantic/Azores",
  "America/New_York",
  "America/St_Johns",
  "America/Santiago",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Australia/Sydney",
  "Pacific/Apia",
  "Pacific/Pago_Pago",
  "Pacific/Kiritimati",
  "Pacific/Chatham",
  "Africa/Cairo",
  "Africa/Casablanca",
];
const FROM = Date.parse("2026-01-01T00:00:00Z");
const TO = Date.parse("2028-01-01T00:00:00Z");
const DAY = 86_400_000;
const instant = fc.integer({ min: FROM, max: TO });

describe("cutOffset()", () => {
  it.each(ZONES)("cuts %s in the last hour of a local day, where no day has a point", (zone) => {
    const offset = cutOffset(zone);
    for (let cut = Math.ceil((FROM + offset) / DAY) * DAY - offset; cut < TO; cut += DAY) {
      // months that change their clocks for Ramadan are an hour off: nothing a fixed cut can follow
      if (zone === "Africa/Casablanca") continue;
      const minute = localMinute(cut, zone);
      expect(minute === 0 || minute >= 23 * 60, new Date(cut).toISOString()).toBe(true);
    }
  });
});

describe("daysOf()", () => {
  it("takes every day a range touches whole, and no other", () => {
    const hour = 3_600_000;
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES.slice(0, -1)),
        instant,
        fc.integer({ min: 0, max: 60 * DAY }),
        (zone, from, length) => {
          const toMs = from + length;
          // an hour round midnight either day is right
          const near = (ms: number): boolean => Math.abs(localMinute(ms, zone) - 720) > 658;
          fc.pre(!near(from) && !near(toMs));
          const days = daysOf({ fromMs: from, toMs }, cutOffset(zone));
          const first = bucketStart(from, "day", zone);
          const end = nextBucket(toMs, "day", zone);
          expect(days.fromMs).toBeLessThanOrEqual(first);
          expect(days.fromMs).toBeGreaterThanOrEqual(first - hour);
          expect(days.toMs).toBeLessThanOrEqual(end);
          expect(days.toMs).toBeGreaterThanOrEqual(end - hour);
        },
      ),
    );
  });

  it.each(ZONES.slice(0, -1))("takes whole days of %s as they are", (zone) => {
    const offset = cutOffset(zone);
    for (let noon = FROM; noon < TO; noon += 5 * DAY) {
      const fromMs = bucketStart(noon, "day", zone);
      const end = nextBucket(noon + 3 * DAY, "day", zone);
      for (const toMs of [end - 1, end]) {
        const days = daysOf({ fromMs, toMs }, offset);
        expect(days.fromMs <= fromMs && days.fromMs > fromMs - DAY / 2, new Date(fromMs).toISOString()).toBe(true);
        expect(days.toMs <= end && days.toMs > end - DAY / 2, new Date(toMs).toISOString()).toBe(true);
      }
    }
  });
});
