import { expect, it } from "vitest";
import type { Json } from "../../core/journal/journal.ts";
import { FIRST_AFTER, nextAfter, restoreDays, sumsApart } from "./restore-days.ts";

const LAST_AFTER = 3_599_999;

it.each<[string, Json | undefined, unknown]>([
  ["none", undefined, undefined],
  ["a list", [], undefined],
  ["one without a zone", { closedMs: 5 }, undefined],
  ["one without any end", { timeZone: "UTC" }, undefined],
  ["one whose ends are texts", { timeZone: "UTC", written: { hour: "5", day: "5" } }, undefined],
  ["one without the end of hours", { timeZone: "UTC", closedMs: 5, written: { day: 6 } }, undefined],
  ["one without the end of days", { timeZone: "UTC", closedMs: 5, written: { hour: 6 } }, undefined],
  [
    "one that says what is over",
    { timeZone: "UTC", closedMs: 5 },
    { written: { hour: 5, day: 5 }, after: FIRST_AFTER },
  ],
  [
    "one that says what is written",
    { timeZone: "UTC", closedMs: 5, written: { hour: 6, day: 7 }, after: 12_345 },
    { written: { hour: 6, day: 7 }, after: 12_345 },
  ],
])("restoreDays() of %s", (_, json, expected) => {
  const { days, ...rest } = restoreDays(json) ?? {};
  expect(days?.json).toBe(expected === undefined ? undefined : "UTC");
  expect(rest).toEqual(expected ?? {});
});

it.each<[Json, number]>([
  [FIRST_AFTER, FIRST_AFTER],
  [FIRST_AFTER + 1, FIRST_AFTER + 1],
  [LAST_AFTER, LAST_AFTER],
  [LAST_AFTER + 1, FIRST_AFTER],
  [FIRST_AFTER - 1, FIRST_AFTER],
  [20_000.5, FIRST_AFTER],
  ["soon", FIRST_AFTER],
  [null, FIRST_AFTER],
])("corrections go on after %j at %i", (after, place) => {
  expect(restoreDays({ timeZone: "UTC", closedMs: 5, after })?.after).toBe(place);
});

it("corrections follow each other, and begin again after the last place in an hour", () => {
  expect([FIRST_AFTER, LAST_AFTER - 1, LAST_AFTER].map(nextAfter)).toEqual([FIRST_AFTER + 1, LAST_AFTER, FIRST_AFTER]);
});

it("only cursors that say where corrections go have their sums apart from what is written", () => {
  expect([undefined, { v: 4 }, { after: 10_000 }].map(sumsApart)).toEqual([false, false, true]);
});
