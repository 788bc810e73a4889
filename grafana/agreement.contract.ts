/**
 * One board, one number: tiles, legends and tables agree with each other and with the points, for any range of time, on
 * both engines.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { runs, THOROUGH } from "../core/testing/runs.ts";
import { bucketStart, localMinute, nextBucket } from "../core/time/local-days.ts";
import type { InfluxEngine, VictoriaEngine } from "../fixtures/engines.ts";
import { askPanel, askVariable, type Chosen, dataPanels, type Source } from "../fixtures/grafana/ask-panel.ts";
import type { Frame } from "../fixtures/grafana/frames.ts";
import { parsePoint, pointsOf, type SeedPoint } from "../fixtures/grafana/points.ts";
import { SEED_DATABASE, SEED_END, SEED_NOW, SEED_ZONE, writeVictoria } from "../fixtures/grafana/seed.ts";
import { columnSum, columnValues, legendSums, tileValue } from "../fixtures/grafana/shown.ts";
import { boards } from "./dashboards/dashboards.ts";
import { type Board, DEFAULT_INSTALLATION, ENGINES, type Engine } from "./installation.ts";
import { intervalOf } from "./lint/interpolate.ts";
import type { Panel } from "./look/grafana-types.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 40;

/** Engines with the seed in them, and its points. */
export interface Seeded {
  readonly influx: InfluxEngine;
  readonly victoria: VictoriaEngine;
  readonly points: readonly SeedPoint[];
}

/** Says how boards agree with themselves and with the points; adds late corrections to the engines first. */
export function boardsAgree(seeded: () => Seeded): void {
  describe("numbers of one board", () => {
    let influx: InfluxEngine;
    let victoria: VictoriaEngine;
    const points: SeedPoint[] = [];

    beforeAll(async () => {
      ({ influx, victoria } = seeded());
      for (const point of seeded().points) points.push(point);
      const late = corrections(points);
      await influx.writeLines(SEED_DATABASE, late.join(""));
      await writeVictoria(victoria, late.join(""));
      await victoria.flush();
      points.push(...late.map((line) => parsePoint(line.trimEnd())));
    }, 180_000);

    const sourceOf = (engine: Engine): Source => ({
      engine,
      url: engine === "influxdb" ? influx.url : victoria.url,
      database: SEED_DATABASE,
      zone: SEED_ZONE,
    });
    const built = Object.fromEntries(
      ENGINES.map((engine) => [engine, boards({ ...DEFAULT_INSTALLATION, engine, timezone: SEED_ZONE })]),
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
    const write = async (engine: Engine, lines: string): Promise<void> => {
      if (engine === "influxdb") return await influx.writeLines(SEED_DATABASE, lines);
      await writeVictoria(victoria, lines);
      await victoria.flush();
    };
    /** Caches that the drop-down of the board of one cache offers, with all sites chosen; InfluxDB offers those of any time. */
    const offered = async (engine: Engine, chosen: Chosen): Promise<string[]> => {
      const board = built[engine]?.site;
      const variable = board?.templating.list.find(({ name }) => name === "server");
      if (board === undefined || variable === undefined) throw new Error("no drop-down of caches");
      const names = await askVariable(sourceOf(engine), board, variable, chosen);
      return names.filter((name) => name === "plain");
    };
    const tile = ({ panel, frames }: { panel: Panel; frames: Frame[] }): number => tileValue(panel, frames) ?? 0;

    const sum = (measurement: string, fields: readonly string[], inside: (ms: number) => boolean): number =>
      pointsOf(points, measurement)
        .filter((point) => inside(point.timeMs))
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
        expect(tile(await ask("Hit ratio")), where).toBeCloseTo(truth.local / (truth.local + truth.origin), 9);
      }
    }

    const instant = fc.integer({ min: SEED_END - (DAYS + 3) * DAY, max: SEED_END });
    const lengths = fc.oneof(fc.integer({ min: 0, max: 5 * DAY }), fc.integer({ min: 0, max: (DAYS + 90) * DAY }));
    /** Round midnight a range may take either day. */
    const nearMidnight = (ms: number): boolean => Math.abs(localMinute(ms, SEED_ZONE) - 720) > 658;

    it.each(ENGINES)("%s: Savings counts the days a range touches, everywhere", async (engine) => {
      const ranges = fc.sample(fc.tuple(instant, lengths), { numRuns: runs(10), seed: 4 });
      let asked = 0;
      for (const [toMs, length] of ranges) {
        const fromMs = toMs - length;
        if (nearMidnight(fromMs) || nearMidnight(toMs)) continue;
        await savingsAgree(engine, { values: {}, fromMs, toMs });
        asked++;
      }
      expect(asked).toBeGreaterThan(5);
    });

    it.each(ENGINES)("%s: and whole days as they are, over the change of the clock too", async (engine) => {
      // nineteen days back begins a range that spans the change of the clock
      for (let back = 1; back < DAYS; back += THOROUGH ? 3 : 9) {
        const fromMs = bucketStart(SEED_END - back * DAY, "day", SEED_ZONE);
        const end = nextBucket(fromMs + (back % 5) * DAY + 12 * HOUR, "day", SEED_ZONE);
        for (const toMs of [end - 1, end, SEED_NOW]) await savingsAgree(engine, { values: {}, fromMs, toMs });
      }
    });

    it("victoriametrics: tiles and bars take the same days round midnight too", async () => {
      const midnight = bucketStart(SEED_END - 10 * DAY, "day", SEED_ZONE);
      for (const minutes of [-70, -50, -10, 10, 50, 70]) {
        const near = midnight + minutes * MINUTE;
        for (const [fromMs, toMs] of [
          [near, SEED_NOW],
          [near - 5 * DAY, near],
        ] as const) {
          const ask = asking("victoriametrics", "savings", { values: {}, fromMs, toMs });
          const [bars, saved] = [legendSums((await ask("Served to devices")).frames), tile(await ask("Saved"))];
          expect(bars["Saved"], `${minutes} minutes`).toBe(saved);
        }
      }
    });

    it("both engines say the same of warming, whatever the range", async () => {
      for (const [toMs, length] of fc.sample(fc.tuple(instant, lengths), { numRuns: runs(5), seed: 5 })) {
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
      for (const [toMs, length] of fc.sample(fc.tuple(instant, lengths), { numRuns: runs(5), seed: 6 })) {
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
      for (const [toMs, length] of fc.sample(fc.tuple(instant, lengths), { numRuns: runs(5), seed: 7 })) {
        const ask = asking(engine, "site", { values: {}, fromMs: toMs - length, toMs });
        const legend = legendSums((await ask("Served by source")).frames);
        expect(tile(await ask("Served"))).toBe(Object.values(legend).reduce((all, each) => all + each, 0));
        expect(tile(await ask("From Apple"))).toBe(legend["From Apple"] ?? 0);
        expect(tile(await ask("Saved"))).toBeGreaterThanOrEqual(0);
      }
    });

    it.each(ENGINES)("%s: the rates of one cache are its bytes and requests by the second", async (engine) => {
      for (const [toMs, length] of fc.sample(fc.tuple(instant, lengths), { numRuns: runs(4), seed: 8 })) {
        const chosen = { values: {}, fromMs: toMs - length, toMs };
        const ask = asking(engine, "site", chosen);
        const rates = async (title: string): Promise<Record<string, number>> => {
          const { panel, frames } = await ask(title);
          const seconds = intervalOf(length, panel.maxDataPoints ?? 0, 300_000) / 1000;
          return Object.fromEntries(Object.entries(legendSums(frames)).map(([name, sum]) => [name, sum * seconds]));
        };
        const bytes = await rates("Bandwidth");
        const where = `${engine} ${new Date(chosen.fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
        expect(bytes["To devices"] ?? 0, where).toBeCloseTo(tile(await ask("Served")), -1);
        expect(bytes["From Apple"] ?? 0, where).toBeCloseTo(tile(await ask("From Apple")), -1);
        const requests = await rates("Request rate");
        const counts = legendSums((await ask("Requests by who asked")).frames);
        expect(counts["Turned away"] ?? 0, where).toBe(tile(await ask("Turned away")));
        for (const name of ["Devices", "Peers", "Child caches"])
          expect(requests[name] ?? 0, `${where} ${name}`).toBeCloseTo(counts[name] ?? 0, 3);
      }
    });

    it.each(ENGINES)("%s: the state of a cache is what its last status says", async (engine) => {
      const last = new Map<string, SeedPoint>();
      for (const point of points) {
        if (point.measurement === "cachestatus" && point.timeMs <= SEED_NOW)
          last.set(point.tags["server"] ?? "", point);
      }
      // a cache that reports has no word for it
      const startup = (name: unknown): string | null => {
        const { names = [], fields = {} } = last.get(String(name)) ?? {};
        if (!names.includes("startup")) return null;
        return fields["startup.ok"] === 1 ? "OK" : "PENDING";
      };
      const ask = asking(engine, "site", { values: {}, fromMs: SEED_NOW - DAY, toMs: SEED_NOW });
      const { frames } = await ask("State of each cache");
      const caches = columnValues(frames, "Cache");
      const expected = caches.map((name) => last.get(String(name))?.fields ?? {});
      expect([...caches].sort()).toEqual([...last.keys()].sort());
      const number = (name: string): unknown[] => expected.map((each) => each[name]);
      expect(columnValues(frames, "Disk used")).toEqual(number("used"));
      expect(columnValues(frames, "iCloud")).toEqual(number("personal.used"));
      expect(columnValues(frames, "Registered")).toEqual(number("registered"));
      expect(columnValues(frames, "Started").map(Number)).toEqual(number("startup.ok"));
      expect(columnValues(frames, "Startup status")).toEqual(engine === "influxdb" ? caches.map(startup) : []);
      const share = expected.map((each) => expect.closeTo((each["used"] ?? 0) / (each["limit"] ?? 0), 9));
      expect(columnValues(frames, "Use of the limit")).toEqual(share);
      const over = columnValues((await ask("Use of the limit")).frames, "Use of the limit").map(Number);
      expect(over.length).toBeGreaterThan(0);
      expect(over.every((each) => each > 0 && each <= 1)).toBe(true);
    });

    it.each(ENGINES)(
      "%s: a cache without tags or limit has its name, and 0 only where something was counted",
      async (engine) => {
        const at = SEED_END - 400 * DAY;
        const lines = [
          `bytestoclients,server=plain bytes.fromcache.toclients=700i,bytes.fromorigin.toclients=300i ${at}`,
          `bytestoclients_1d,server=plain bytes.fromcache.toclients=700i ${at}`,
          `cachestatus,server=plain active=true,used=500i,startup="OK",startup.ok=true ${at}`,
        ];
        await write(engine, `${lines.join("\n")}\n`);
        const chosen = { values: {}, fromMs: at - HOUR, toMs: at + HOUR };
        const ask = asking(engine, "site", chosen);
        expect(await offered(engine, chosen)).toEqual(["plain"]);
        expect(tile(await ask("Served"))).toBe(1000);
        const { frames } = await ask("State of each cache");
        expect(columnValues(frames, "Cache")).toEqual(["plain"]);
        expect(columnValues(frames, "Disk used")).toEqual([500]);
        expect(columnValues(frames, "Use of the limit").filter((value) => value !== null)).toEqual([]);
        const tileOf = async (title: string): Promise<number | undefined> => {
          const { panel, frames } = await ask(title);
          return tileValue(panel, frames);
        };
        expect(await tileOf("Turned away")).toBeUndefined();
        await write(engine, `requests,server=plain requests.fromclients=5i ${at}\n`);
        expect(await tileOf("Turned away")).toBe(0);
      },
    );
  });
}

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
