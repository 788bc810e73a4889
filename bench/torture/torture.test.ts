import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enginesAvailable, NO_ENGINES, startInflux, startVictoria } from "../../fixtures/engines.ts";
import { play } from "./play.ts";
import { scheduleOf, scheduleText } from "./schedule.ts";
import type { Engines } from "./world.ts";

const here = enginesAvailable();
if (!here) console.log(`skipped: ${NO_ENGINES}`);

it("draws the same schedule from a seed, and another from another", () => {
  const size = { ticks: 40, faults: 12 };
  expect(scheduleText(scheduleOf(7, size))).toBe(scheduleText(scheduleOf(7, size)));
  expect(scheduleOf(7, size).faults).not.toEqual(scheduleOf(8, size).faults);
});

describe.skipIf(!here)("a world under faults", () => {
  let engines: Engines;
  beforeAll(async () => {
    const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
    engines = { influx, victoria };
  });
  afterAll(async () => await Promise.all([engines?.influx.stop(), engines?.victoria.stop()]));

  it("has every number right everywhere once it has caught up: npm run torture plays longer ones", async () => {
    const schedule = scheduleOf(3, {
      ticks: 8,
      faults: 4,
      only: ["collector killed", "receiver killed", "answers of InfluxDB lost"],
    });
    expect((await play(schedule, engines)).wrong, scheduleText(schedule)).toEqual([]);
  }, 120_000);
});
