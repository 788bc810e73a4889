/**
 * One board, one number: tiles, legends and tables agree with each other and with the points, for any range of time, on
 * both engines.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketStart, localMinute, nextBucket } from "../core/time/local-days.ts";
import {
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../fixtures/engines.ts";
import { askPanel, type Chosen, dataPanels, type Source } from "../fixtures/grafana/ask-panel.ts";
import type { Frame } from "../fixtures/grafana/frames.ts";
import { parsePoint, type SeedPoint } from "../fixtures/grafana/points.ts";
import { SEED_DATABASE, SEED_END, SEED_NOW, SEED_ZONE, seedEngines, writeVictoria } from "../fixtures/grafana/seed.ts";
import { columnSum, legendSums, tileValue } from "../fixtures/grafana/shown.ts";
import { boards } from "./dashboards/dashboards.ts";
import type { Panel } from "./look/grafana-types.ts";
import { type Board, DEFAULT_SETTING, ENGINES, type Engine } from "./setting.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 40;

describe.skipIf(!enginesAvailable())(
  `numbers of one board on ${enginesAvailable() ? "real engines" : NO_ENGINES}`,
  () => {
    let influx: InfluxEngine;
    let victoria: VictoriaEngine;
    const points: SeedPoint[] = [];

    beforeAll(async () => {
      [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
      const seed = await seedEngines(influx, victoria, { caches: 8, days: DAYS, intervalSeconds: 3600 });
      points.push(...seed.points);
      const late = corrections(seed.points);
      await influx.writeLines(SEED_DATABASE, late.join(""));
      await writeVictoria(victoria, late.join(""));
      await victoria.flush();
      points.push(...late.map((line) => parsePoint(line.trimEnd())));
    }, 180_000);
    afterAll(async () => {
      await Promise.all([influx?.stop(), victoria?.stop()]);
    });

    const sourceOf = (engine: Engine): Source => ({
      engine,
      url: engine === "influxdb" ? influx.url : victoria.url,
      database: SEED_DATABASE,
      zone: SEED_ZONE,
    });
    const built = Object.fromEntries(
      ENGINES.map((engine) => [engine, boards({ ...DEFAULT_SETTING, engine, timezone: SEED_ZONE })]),
    );

    /** Asks a board's panels by title. */
    const asking = (engine: Engine, name: Board, chosen: Chosen) => {
      const board = built[engine]?.[name];
      if (board === undefined) throw new Error(`no board ${name}`);
      return async (title: string): Promise<{ panel: Panel; frames: Frame[] }> => {
        const panel = dataPanels(board).find((each) => each.title === title);
        if (panel === undefined) throw new Error(`${name} has no panel "${title}"`);
        return { panel, frames: (await askPanel(sourceOf(engine), board, panel, chosen)).frames };
      };
    };
    const tile = ({ panel, frames }: { panel: Panel; frames: Frame[] }): number => tileValue(panel, frames) ?? 0;

    const sum = (measurement: string, fields: readonly string[], inside: (ms: number) => boolean): number =>
      points
        .filter((point) => point.measurement === measurement && inside(point.timeMs))
        .reduce((total, point) => fields.reduce((all, field) => all + (point.fields[field] ?? 0), total), 0);

    async function savingsAgree(engine: Engine, chosen: Chosen): Promise<void> {
      const ask = asking(engine, "savings", chosen);
      const first = bucketStart(chosen.fromMs, "day", SEED_ZONE);
      const inside = (ms: number): boolean => ms >= first && ms < chosen.toMs;
      const truth = {
        local: sum("served_1d", ["local"], inside),
        origin: sum("served_1d", ["origin"], inside),
        saved: sum("served_1d", ["saved"], inside),
      };
      const legend = legendSums((await ask("Served to devices")).frames);
      const where = `${engine} ${new Date(chosen.fromMs).toISOString()} to ${new Date(chosen.toMs).toISOString()}`;
      expect(tile(await ask("Saved")), where).toBe(Math.max(0, truth.saved));
      expect(tile(await ask("From Apple")), where).toBe(truth.origin);
      expect(tile(await ask("Given to warming")), where).toBe(truth.local - truth.saved);
      expect(legend["Saved"] ?? 0, where).toBe(truth.saved);
      expect(legend["Given to warming"] ?? 0, where).toBe(truth.local - truth.saved);
      expect(legend["From Apple"] ?? 0, where).toBe(truth.origin);
      const most = (await ask("Sites with most from Apple")).frames;
      expect(columnSum(most, "From Apple"), where).toBe(truth.origin);
      const regions = columnSum((await ask("Saved by region")).frames, "Saved");
      expect(regions, where).toBeGreaterThanOrEqual(truth.saved);
      if (truth.local > 0) {
        expect(tile(await ask("Served from caches")), where).toBeCloseTo(truth.local / (truth.local + truth.origin), 9);
      }
    }

    const instant = fc.integer({ min: SEED_END - (DAYS + 3) * DAY, max: SEED_END });
    const lengths = fc.oneof(fc.integer({ min: 0, max: 5 * DAY }), fc.integer({ min: 0, max: (DAYS + 90) * DAY }));
    /** Round midnight a range may take either day. */
    const nearMidnight = (ms: number): boolean => Math.abs(localMinute(ms, SEED_ZONE) - 720) > 658;

    it.each(ENGINES)("%s: Savings counts the days a range touches, everywhere", async (engine) => {
      const ranges = fc.sample(fc.tuple(instant, lengths), { numRuns: 20, seed: 4 });
      let asked = 0;
      for (const [toMs, length] of ranges) {
        const fromMs = toMs - length;
        if (nearMidnight(fromMs) || nearMidnight(toMs)) continue;
        await savingsAgree(engine, { values: {}, fromMs, toMs });
        asked++;
      }
      expect(asked).toBeGreaterThan(12);
    });

    it.each(ENGINES)("%s: and whole days as they are, over the change of the clock too", async (engine) => {
      for (let back = 1; back < DAYS; back += 3) {
        const fromMs = bucketStart(SEED_END - back * DAY, "day", SEED_ZONE);
        const end = nextBucket(fromMs + (back % 5) * DAY + 12 * HOUR, "day", SEED_ZONE);
        for (const toMs of [end - 1, end, SEED_NOW]) await savingsAgree(engine, { values: {}, fromMs, toMs });
      }
    });

    it("both engines say the same of warming, whatever the range", async () => {
      for (const [toMs, length] of fc.sample(fc.tuple(instant, lengths), { numRuns: 8, seed: 5 })) {
        const chosen = { values: {}, fromMs: toMs - length, toMs };
        if (nearMidnight(chosen.fromMs) || nearMidnight(toMs)) continue;
        const [one, other] = await Promise.all(
          ENGINES.map(async (engine) => {
            const ask = asking(engine, "warming", chosen);
            const legend = legendSums((await ask("Files")).frames);
            for (const title of ["Warmed", "Failed"])
              expect(tile(await ask(title)), `${engine} ${title}`).toBe(legend[title] ?? 0);
            const bytes = legendSums((await ask("Cost and effect")).frames);
            for (const title of ["Warming, from Apple", "From the cache's disk"])
              expect(tile(await ask(title)), `${engine} ${title}`).toBe(Math.max(0, bytes[title] ?? 0));
            return { ...legend, ...bytes };
          }),
        );
        expect(one).toEqual(other);
      }
    });

    it.each(ENGINES)("%s: the table of caches and the chart of the fleet count the same hours", async (engine) => {
      const fields = ["cache", "origin", "peers", "parents"].map((from) => `bytes.from${from}.toclients`);
      for (const [toMs, length] of fc.sample(fc.tuple(instant, lengths), { numRuns: 10, seed: 6 })) {
        const chosen = { values: {}, fromMs: toMs - length, toMs };
        const ask = asking(engine, "fleet", chosen);
        const truth = sum("bytestoclients_1h", fields, (ms) => ms > chosen.fromMs - HOUR && ms <= toMs);
        const legend = Object.values(legendSums((await ask("Served by source")).frames));
        const where = `${engine} ${new Date(chosen.fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
        expect(
          legend.reduce((all, each) => all + each, 0),
          where,
        ).toBe(truth);
        expect(columnSum((await ask("Every cache")).frames, "Served"), where).toBe(truth);
      }
    });

    it.each(ENGINES)("%s: the tiles of one cache are the sums in its legends", async (engine) => {
      for (const [toMs, length] of fc.sample(fc.tuple(instant, lengths), { numRuns: 10, seed: 7 })) {
        const ask = asking(engine, "site", { values: {}, fromMs: toMs - length, toMs });
        const legend = legendSums((await ask("Served by source")).frames);
        expect(tile(await ask("Served"))).toBe(Object.values(legend).reduce((all, each) => all + each, 0));
        expect(tile(await ask("From Apple"))).toBe(legend["From Apple"] ?? 0);
        expect(tile(await ask("Saved"))).toBeGreaterThanOrEqual(0);
      }
    });
  },
);

function corrections(points: readonly SeedPoint[]): string[] {
  const tagText = (tags: Readonly<Record<string, string>>): string =>
    Object.entries(tags)
      .map(([key, value]) => `,${key}=${value.replaceAll(/[,= ]/g, "\\$&")}`)
      .join("");
  return points
    .filter(({ measurement, fields }) => /^(served|fleet)_1d$/.test(measurement) && fields["local"] !== undefined)
    .filter(({ timeMs }) => Math.floor((bucketStart(timeMs, "day", SEED_ZONE) + 2 * HOUR) / DAY) % 3 === 0)
    .map(
      ({ measurement, tags, timeMs }) =>
        `${measurement}${tagText(tags)} local=-1000i,origin=70i,saved=-1000i ${timeMs + 2}\n`,
    );
}
