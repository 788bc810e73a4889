import { expect, it } from "vitest";
import { compareVersions, matchesVersion } from "./os-version.ts";

it.each([
  ["26.1", "26.0", 1],
  ["26.10", "26.9", 1],
  ["26", "26.0.0", 0],
  ["9.9.18.1", "18.1", 0],
  ["9.9.8", "9.9", -1],
  ["26.3.1 (a)", "26.3.1", 1],
])("compareVersions(%s, %s)", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
});

it("matchesVersion() goes by whole parts", () => {
  expect(matchesVersion("26", "26.6.1")).toBe(true);
  expect(matchesVersion("26.0", "26")).toBe(true);
  expect(matchesVersion("26", "9.9.26.1")).toBe(true);
  expect(matchesVersion("26.6", "26.61")).toBe(false);
  expect(matchesVersion("2", "26")).toBe(false);
});
