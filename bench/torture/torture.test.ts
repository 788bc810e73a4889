import { describe, expect, it } from "vitest";
import { enginesAvailable, NO_ENGINES } from "../../fixtures/engines.ts";
import { differences } from "./compare.ts";
import { play } from "./play.ts";
import { scheduleOf, scheduleText } from "./schedule.ts";

const here = enginesAvailable();
if (!here) console.log(`skipped: ${NO_ENGINES}`);

it("draws the same schedule from a seed, and another from another", () => {
  const size = { ticks: 40, faults: 12 };
  expect(scheduleText(scheduleOf(7, size))).toBe(scheduleText(scheduleOf(7, size)));
  expect(scheduleOf(7, size).faults).not.toEqual(scheduleOf(8, size).faults);
});

describe.skipIf(!here)("a world under faults", () => {
  it("has every number right everywhere once it has caught up: npm run torture plays longer ones", async () => {
    const schedule = scheduleOf(3, {
      ticks: 8,
      faults: 4,
      only: ["collector killed", "receiver killed", "answers of InfluxDB lost"],
    });
    let places: string[] = [];
    const played = await play(schedule, async (world) => {
      // a row nobody has heard of is missed by every place
      const delta = new Map([["BYTESFROMCACHETOCLIENT", 1]]);
      world.book.write("cache1", { timeMs: world.plan.startMs, periodSeconds: 60, delta });
      places = (await differences(world)).map((each) => each.split(/[:,]/)[0] ?? "");
    });
    expect(played.wrong, scheduleText(schedule)).toEqual([]);
    for (const place of ["journal", "history", "InfluxDB", "VictoriaMetrics", "report", "page", "live page"])
      expect(places).toContain(place);
    expect(places).toContain("board on influxdb");
    expect(places).toContain("board on victoriametrics");
  }, 120_000);
});
