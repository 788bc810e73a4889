import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { runs } from "../testing/runs.ts";
import {
  bucketStart,
  bucketsBefore,
  isTimeZone,
  localDate,
  localMinute,
  nextBucket,
  wallInstant,
} from "./local-days.ts";

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);
const start = (ms: number, zone: string): string => new Date(bucketStart(ms, "day", zone)).toISOString();
const hours = (ms: number, zone: string): number => (nextBucket(ms, "day", zone) - bucketStart(ms, "day", zone)) / HOUR;

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Pacific/Auckland",
  "Australia/Lord_Howe",
  "Australia/Adelaide",
  "Asia/Kathmandu",
  "America/Sao_Paulo",
  "America/St_Johns",
  "America/Havana",
  "Asia/Beirut",
  "Africa/Cairo",
  "Pacific/Apia",
  "Pacific/Kiritimati",
];

describe("bucketStart(day)", () => {
  it.each([
    ["Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00.000Z", 23],
    ["Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00.000Z", 25],
    ["Europe/Berlin", "2026-07-01T21:59:59.999Z", "2026-06-30T22:00:00.000Z", 24],
    ["Europe/Berlin", "2026-07-01T22:00:00Z", "2026-07-01T22:00:00.000Z", 24],
    ["America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00.000Z", 23],
    ["America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00.000Z", 25],
    ["Australia/Lord_Howe", "2026-04-04T20:00:00Z", "2026-04-04T13:00:00.000Z", 24.5],
    ["Asia/Kathmandu", "2026-04-04T20:00:00Z", "2026-04-04T18:15:00.000Z", 24],
    // no midnight on this day: clocks went from 23:59:59 to 01:00
    ["America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00.000Z", 23],
    // clocks went from 00:01 back to 23:01: the new day had begun and does not begin again
    ["America/St_Johns", "2010-11-07T02:45:00Z", "2010-11-07T02:30:00.000Z", 25],
    // midnight came twice
    ["America/Havana", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00.000Z", 25],
    // 30 December 2011 never was
    ["Pacific/Apia", "2011-12-30T11:00:00Z", "2011-12-30T10:00:00.000Z", 24],
  ])("%s %s begins %s and lasts %d h", (zone, instant, begins, length) => {
    expect(start(at(instant), zone)).toBe(begins);
    expect(hours(at(instant), zone)).toBe(length);
  });

  it("leaves no gap and no overlap, holds its instant, and agrees with the local date, in every zone", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: at("2005-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z") }),
        (zone, ms) => {
          const from = bucketStart(ms, "day", zone);
          const to = nextBucket(ms, "day", zone);
          expect(from).toBeLessThanOrEqual(ms);
          expect(to).toBeGreaterThan(ms);
          expect(bucketStart(from, "day", zone)).toBe(from);
          expect(bucketStart(to - 1, "day", zone)).toBe(from);
          expect(bucketStart(to, "day", zone)).toBe(to);
          const said = new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(ms);
          expect(localDate(ms, zone)).toBe(said);
          if (zone !== "America/St_Johns") expect(localDate(from, zone)).toBe(said);
        },
      ),
      { numRuns: runs(400) },
    );
  });

  it("asks the calendar once a day, not once a row", () => {
    const from = at("2026-01-01T00:00:00Z");
    const asked = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
    let sum = 0;
    for (let i = 0; i < 100_000; i++) sum += bucketStart(from + i * 60_000, "day", "America/Chicago");
    expect(sum).toBeGreaterThan(0);
    // 70 days, of which one has the clock changed in it
    expect(asked.mock.calls.length).toBeLessThan(1000);
    asked.mockRestore();
  });

  it("refuses a zone nobody knows", () => {
    expect(() => bucketStart(0, "day", "Europe/Nowhere")).toThrow(/Europe\/Nowhere/);
    expect(isTimeZone("Europe/Nowhere")).toBe(false);
    expect(isTimeZone("")).toBe(false);
    expect(isTimeZone("Asia/Tokyo")).toBe(true);
  });
});

describe("hours", () => {
  it("are UTC hours in every zone", () => {
    const ms = at("2026-04-04T20:10:11Z");
    expect(new Date(bucketStart(ms, "hour", "Asia/Kathmandu")).toISOString()).toBe("2026-04-04T20:00:00.000Z");
    expect(new Date(nextBucket(ms, "hour", "UTC")).toISOString()).toBe("2026-04-04T21:00:00.000Z");
  });
});

describe("bucketsBefore()", () => {
  it("steps over the end of summer time by calendar days", () => {
    const ms = at("2026-10-28T10:00:00Z");
    expect(new Date(bucketsBefore(ms, 6, { unit: "day", zone: "Europe/Berlin" })).toISOString()).toBe(
      "2026-10-21T22:00:00.000Z",
    );
  });
});

describe("localMinute()", () => {
  it("is what the clock on the wall says", () => {
    expect(localMinute(at("2026-07-01T05:30:00Z"), "Europe/Berlin")).toBe(7 * 60 + 30);
    expect(localMinute(at("2026-07-01T23:59:59Z"), "Asia/Kathmandu")).toBe(5 * 60 + 44);
  });
});

describe("wallInstant()", () => {
  const shown = (text: string, zone: string): string =>
    new Date(wallInstant(Date.parse(`${text}Z`), zone)).toISOString();

  it("is the instant at which the clock shows a time: the first of two, and of none the one after the jump", () => {
    expect(shown("2026-07-01T07:30:00", "Europe/Berlin")).toBe("2026-07-01T05:30:00.000Z");
    expect(shown("2026-10-25T02:30:00", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
    expect(shown("2026-03-29T02:30:00", "Europe/Berlin")).toBe("2026-03-29T01:30:00.000Z");
    expect(shown("2026-01-01T05:45:00", "Asia/Kathmandu")).toBe("2026-01-01T00:00:00.000Z");
  });

  it("gives the local time back in every zone, where there is one", () => {
    for (const zone of ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]) {
      for (let ms = at("2026-01-01T00:15:00Z"); ms < at("2026-12-31T00:00:00Z"); ms += 37 * 3_600_000) {
        const wall = Date.parse(`${localDate(ms, zone)}T00:00:00Z`) + localMinute(ms, zone) * 60_000;
        const [day, minute] = [localDate(wallInstant(wall, zone), zone), localMinute(wallInstant(wall, zone), zone)];
        expect([zone, day, minute]).toEqual([zone, localDate(ms, zone), localMinute(ms, zone)]);
      }
    }
  });
});
