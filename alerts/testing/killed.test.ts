import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleSender, sendKilled, sendTogether } from "./killed.ts";

let script = "";
beforeAll(async () => {
  script = await bundleSender();
});
afterAll(async () => await rm(script, { force: true }));

const PLACES = 8;
const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, n) => all + n, 0);

it("loses nothing to kill -9 while it sends, and repeats one notice at most each time, under the same name", async () => {
  const { hook, phone } = await sendKilled(script, PLACES, [
    { request: 1, answered: false },
    { request: 5, answered: true },
    { request: 4, answered: false },
  ]);
  // a receiver that knows a repeat by its name has each once
  expect(hook.size).toBe(PLACES);
  expect(phone.size).toBe(PLACES);
  // the one in hand, at each death
  expect(sum(hook)).toBeLessThanOrEqual(PLACES + 3);
  expect(sum(phone)).toBeLessThanOrEqual(PLACES + 3);
}, 60_000);

it("sends each notice once from two processes on one state folder", async () => {
  const { hook, phone } = await sendTogether(script, PLACES, 2);
  expect([hook.size, sum(hook), phone.size, sum(phone)]).toEqual([PLACES, PLACES, PLACES, PLACES]);
}, 60_000);
