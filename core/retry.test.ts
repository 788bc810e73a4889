import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTransientStatus, LEAST_ASKED_MS, retryAfterMs, retryDelayMs } from "./retry.ts";
import { parseHttpDate } from "./time/http-date.ts";

const NOW = Date.UTC(2026, 10, 28, 12, 0, 0);
const PATIENCE = { firstMs: 1000, longestMs: 300_000, longestAskedMs: 600_000 };

describe("retryAfterMs", () => {
  it("reads seconds and the three forms of a date", () => {
    expect(retryAfterMs("120", NOW)).toBe(120_000);
    expect(retryAfterMs(" 7 ", NOW)).toBe(7000);
    expect(retryAfterMs("Sat, 28 Nov 2026 12:00:30 GMT", NOW)).toBe(30_000);
    expect(retryAfterMs("Saturday, 28-Nov-26 12:00:30 GMT", NOW)).toBe(30_000);
    expect(retryAfterMs("Sat Nov 28 12:00:30 2026", NOW)).toBe(30_000);
    expect(retryAfterMs("Tue Dec  1 12:00:00 2026", NOW)).toBe(3 * 86_400_000);
  });

  it("never takes it for leave to ask at once", () => {
    for (const header of ["0", "000", "Sat, 28 Nov 2026 11:59:00 GMT", "Sun Nov  6 08:49:37 1994"]) {
      expect(retryAfterMs(header, NOW)).toBe(LEAST_ASKED_MS);
    }
  });

  it("hears nothing in what is neither", () => {
    const nonsense = ["", "soon", "-5", "1.5", "+3", "1e3", "0x10", "10, 20", "2026-11-28T12:00:30Z"];
    const dates = ["Sat, 28 Nov 2026 12:00:30", "Sat, 30 Feb 2026 12:00:30 GMT", "sat, 28 nov 2026 12:00:30 gmt"];
    const wrong = ["Sat, 28 Nov 2026 24:00:00 GMT", "Sat, 8 Nov 2026 12:00:30 GMT", "Sat, 28 Nov 2026 12:00:30 CET"];
    for (const header of [...nonsense, ...dates, ...wrong, undefined]) {
      expect(retryAfterMs(header, NOW)).toBeUndefined();
    }
  });

  it("is never shorter than the least wait, whatever is sent", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), (header) => {
        const asked = retryAfterMs(header, NOW);
        expect(asked === undefined || asked >= LEAST_ASKED_MS).toBe(true);
      }),
    );
  });
});

describe("parseHttpDate", () => {
  it("reads back every date that Date writes", () => {
    const written = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true });
    fc.assert(
      fc.property(written, (date) => {
        const ms = Math.floor(date.getTime() / 1000) * 1000;
        expect(parseHttpDate(new Date(ms).toUTCString(), NOW)).toBe(ms);
      }),
    );
  });

  it("takes a year of two digits for the latest that is at most 50 years ahead", () => {
    expect(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", NOW)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
    expect(parseHttpDate("Sunday, 06-Nov-76 08:49:37 GMT", NOW)).toBe(Date.UTC(2076, 10, 6, 8, 49, 37));
    expect(parseHttpDate("Sunday, 06-Nov-77 08:49:37 GMT", NOW)).toBe(Date.UTC(1977, 10, 6, 8, 49, 37));
  });
});

describe("retryDelayMs", () => {
  it("doubles to its longest, spread over the upper half", () => {
    const delays = [1, 2, 3, 4, 20, 2000].map((failures) => retryDelayMs(PATIENCE, { failures, random: 0.999999 }));
    expect(delays).toEqual([1000, 2000, 4000, 8000, 300_000, 300_000]);
    expect(retryDelayMs(PATIENCE, { failures: 3, random: 0 })).toBe(2000);
  });

  it("does as the server asks, but never at once and not for a day", () => {
    const asked = (askedMs: number) => retryDelayMs(PATIENCE, { failures: 1, random: 0, askedMs });
    expect(asked(45_000)).toBe(45_000);
    expect(asked(0)).toBe(LEAST_ASKED_MS);
    expect(asked(Number.POSITIVE_INFINITY)).toBe(600_000);
  });
});

describe("isTransientStatus", () => {
  it("knows which answers pass", () => {
    expect([200, 400, 401, 404, 429, 500, 501, 502, 503, 504].filter(isTransientStatus)).toEqual([
      429, 500, 502, 503, 504,
    ]);
  });
});
