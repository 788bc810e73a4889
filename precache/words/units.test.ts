import { describe, expect, it } from "vitest";
import { nextTimeOfDay, parseBytes, parseRate, parseSeconds } from "./units.ts";

it.each([
  ["200GB", 200e9],
  ["1.5 TB", 1.5e12],
  ["64 MiB", 64 * 1024 * 1024],
  ["1000000", 1_000_000],
  ["0", 0],
  ["12 k", 12_000],
  ["-1", undefined],
  ["lots", undefined],
  ["9999999 TB", undefined],
  ["", undefined],
])("parseBytes(%s) is %s", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

it.each([
  ["40 MB/s", 40e6],
  ["40MB", 40e6],
  ["300 Mbit/s", 37.5e6],
  ["1 Gbps", 125e6],
  ["0", undefined],
  ["fast", undefined],
])("parseRate(%s) is %s", (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});

it.each([
  ["now", 0],
  ["4h", 14_400],
  ["90", 90],
  ["10 min", 600],
  ["1.5h", 5400],
  ["soon", undefined],
])("parseSeconds(%s) is %s", (text, seconds) => {
  expect(parseSeconds(text)).toBe(seconds);
});

describe("nextTimeOfDay()", () => {
  const at = (hour: number, minute: number): number => new Date(2026, 8, 14, hour, minute).getTime();

  it("is today when still to come, else tomorrow, never now", () => {
    expect(nextTimeOfDay("06:00", at(1, 30))).toBe(at(6, 0));
    expect(nextTimeOfDay("6:00", at(22, 0))).toBe(new Date(2026, 8, 15, 6, 0).getTime());
    expect(nextTimeOfDay("06:00", at(6, 0))).toBe(new Date(2026, 8, 15, 6, 0).getTime());
    expect(nextTimeOfDay("25:00", at(6, 0))).toBeUndefined();
  });
});
