import { describe, expect, it } from "vitest";
import { DayZones } from "../time/day-zones.ts";
import { type Asked, planSums } from "./plan.ts";

const at = (text: string): number => Date.parse(`2026-${text}Z`);
const asked = (from: string, to: string, more: Partial<Asked> = {}): Asked => ({
  fromMs: at(from),
  toMs: at(to),
  by: "day",
  timeZone: "Europe/Berlin",
  ...more,
});
const BERLIN = DayZones.parse("Europe/Berlin");

function planned(query: Asked): string[] | undefined {
  if (BERLIN === undefined) throw new Error("no zone");
  const text = (ms: number): string => new Date(ms).toISOString().slice(5, 16);
  const plan = planSums(query, BERLIN);
  return (
    plan && [
      ...plan.rolled.map(({ unit, fromMs, toMs }) => `${unit} ${text(fromMs)} ${text(toMs)}`),
      ...plan.edges.map(({ fromMs, toMs }) => `raw ${text(fromMs)} ${text(toMs)}`),
    ]
  );
}

describe("planSums()", () => {
  it("takes days, hours before and after them, and raw lines for the parts of an hour that are left", () => {
    expect(planned(asked("01-01T20:10", "01-04T04:30"))).toEqual([
      "day 01-01T23:00 01-03T23:00",
      "hour 01-01T21:00 01-01T23:00",
      "hour 01-03T23:00 01-04T04:00",
      "raw 01-01T20:10 01-01T21:00",
      "raw 01-04T04:00 01-04T04:30",
    ]);
  });

  it("reads no raw line of a span of whole hours", () => {
    expect(planned(asked("01-01T20:00", "01-04T04:00"))?.filter((part) => part.startsWith("raw"))).toEqual([]);
  });

  it("takes hours where there is no whole day, or days of a zone that begin with an hour", () => {
    expect(planned(asked("01-01T20:00", "01-02T04:00"))).toEqual(["hour 01-01T20:00 01-02T04:00"]);
    expect(planned(asked("01-01T20:00", "01-02T04:00", { timeZone: "UTC" }))).toEqual(["hour 01-01T20:00 01-02T04:00"]);
  });

  it("has no use for roll-ups where a day begins within an hour, or no hour is whole", () => {
    expect(planned(asked("01-01T10:00", "01-04T10:00", { timeZone: "Asia/Kathmandu" }))).toBeUndefined();
    expect(planned(asked("01-01T10:10", "01-01T10:50"))).toBeUndefined();
  });
});
