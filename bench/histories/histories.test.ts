import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enginesAvailable, NO_ENGINES, startInflux, startVictoria } from "../../fixtures/engines.ts";
import { playHistory } from "./histories.ts";
import type { Engines } from "./history.ts";

const python = spawnSync("python3", ["-c", "import sqlite3, zoneinfo"]).status === 0;
const here = enginesAvailable() && python;
if (!here) console.log(`skipped: ${python ? NO_ENGINES : "no python3 with sqlite3 and zoneinfo"}`);

describe.skipIf(!here)("random histories of a cache", () => {
  let engines: Engines;
  beforeAll(async () => {
    const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
    engines = { influx, victoria };
  });
  afterAll(async () => await Promise.all([engines?.influx.stop(), engines?.victoria.stop()]));

  // one nobody has seen; what fails is replayed with --first SEED --seeds 1 --steps 3
  it.each([1000 + Math.floor(Math.random() * 1e6)])(
    "equal an independent book everywhere: seed %i",
    async (seed) => expect(await playHistory(seed, 3, engines)).toBeUndefined(),
    120_000,
  );
});
