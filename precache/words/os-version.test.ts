import { expect, it } from "vitest";
import { compareVersions, isPrerelease, matchesVersion } from "./os-version.ts";

it.each([
  ["26.1", "26.0", 1],
  ["26.10", "26.9", 1],
  ["26", "26.0.0", 0],
  ["9.9.18.1", "18.1", 0],
  ["9.9.8", "9.9", -1],
  ["26.3.1 (a)", "26.3.1", 1],
  ["26.3.1 (b)", "26.3.1 (a)", 1],
  ["26.3.2", "26.3.1 (a)", 1],
  ["26.1", "26.1 RC", 1],
  ["26.1 RC", "26.1 beta 4", 1],
  ["26.1 RC 2", "26.1 RC", 1],
  ["26.1 beta 10", "26.1 beta 9", 1],
  ["26.1 beta 2", "26.1 beta", 1],
  ["26.1 RC", "26.0.1", 1],
  ["26.1 Release Candidate", "26.1 RC", 0],
  ["26.1 Seed 2", "26.1", -1],
  ["26.1 (RC)", "26.1", -1],
])("compareVersions(%s, %s)", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
});

it("isPrerelease() recognizes betas and release candidates by their words", () => {
  expect(["26.1 RC", "26.0 beta 2", "26 Developer Beta", "26.1 rc 2"].map(isPrerelease)).toEqual(Array(4).fill(true));
  expect(["26.1", "26.3.1 (a)", "10.13.6 Supplemental Update", ""].map(isPrerelease)).toEqual(Array(4).fill(false));
});

it("matchesVersion() goes by whole parts", () => {
  expect(matchesVersion("26", "26.6.1")).toBe(true);
  expect(matchesVersion("26.0", "26")).toBe(true);
  expect(matchesVersion("26", "9.9.26.1")).toBe(true);
  expect(matchesVersion("26.6", "26.61")).toBe(false);
  expect(matchesVersion("2", "26")).toBe(false);
});
