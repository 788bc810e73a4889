import { expect, test } from "vitest";
import { leastRateFor, RateCheck } from "./least-rate.ts";

test("judges stretches, not moments", () => {
  const check = new RateCheck({ bytesPerSecond: 1000, overMs: 10_000 }, 0);
  expect(check.tooSlow(1, 9999)).toBeUndefined();
  expect(check.tooSlow(9999, 10_000)).toBeUndefined();
  expect(check.tooSlow(50_000, 12_000)).toBeUndefined();
  expect(check.tooSlow(1, 20_000)).toBeUndefined();
  expect(check.tooSlow(100, 30_000)).toBe(10);
});

test("is less for each of many, and never more than a limit of our own lets through", () => {
  const least = { bytesPerSecond: 1000, overMs: 10_000 };
  expect(leastRateFor(least, undefined, 1).bytesPerSecond).toBe(1000);
  expect(leastRateFor(least, undefined, 4).bytesPerSecond).toBe(1000);
  expect(leastRateFor(least, undefined, 40).bytesPerSecond).toBe(100);
  expect(leastRateFor(least, 1600, 4).bytesPerSecond).toBe(100);
});
