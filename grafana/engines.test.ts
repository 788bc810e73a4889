/**
 * Every query of every board, interpolated as Grafana does it, against a real InfluxDB 1.6.7 and a real
 * VictoriaMetrics, both filled with the same simulated fleet.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { THOROUGH } from "../core/testing/runs.ts";
import {
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../fixtures/engines.ts";
import { wallDayStart } from "../fixtures/fleet/index.ts";
import {
  askAnnotation,
  askPanel,
  askVariable,
  type Chosen,
  dataPanels,
  overridden,
  type Source,
} from "../fixtures/grafana/ask-panel.ts";
import { EXPECTED } from "../fixtures/grafana/expected.ts";
import type { SeedPoint } from "../fixtures/grafana/points.ts";
import { SEED_DATABASE, SEED_NOW, SEED_ZONE, type Seed, seedEngines } from "../fixtures/grafana/seed.ts";
import { columnValues, tileValue } from "../fixtures/grafana/shown.ts";
import { boardsAgree } from "./agreement.contract.ts";
import { verdictsAgree } from "./alerts/verdicts.contract.ts";
import { boards } from "./dashboards/dashboards.ts";
import { DEFAULT_INSTALLATION, ENGINES, type Engine } from "./installation.ts";
import { intervalOf } from "./lint/interpolate.ts";
import { queriesOf } from "./lint/lint.ts";
import { measurementsIn } from "./lint/names.ts";
import type { Panel } from "./look/grafana-types.ts";

const HOUR = 3_600_000;
/** The range of time in which `npm test` looks at a choice. */
const RANGE_OF_CHOICE: Readonly<Record<string, string>> = {
  "one site": "hour",
  several: "month",
  "two sites": "day",
  none: "year",
};
const RANGES = { hour: HOUR, day: 24 * HOUR, month: 30 * 24 * HOUR, year: 365 * 24 * HOUR };

describe.skipIf(!enginesAvailable())(`boards on ${enginesAvailable() ? "real engines" : NO_ENGINES}`, () => {
  let influx: InfluxEngine;
  let victoria: VictoriaEngine;
  let seed: Seed;

  beforeAll(async () => {
    [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
    seed = await seedEngines(influx, victoria, { caches: 6, days: 40, intervalSeconds: 3600 });
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
  const boardsOf = (engine: Engine) => boards({ ...DEFAULT_INSTALLATION, engine, timezone: SEED_ZONE });
  const drawn = { influxdb: boardsOf("influxdb"), victoriametrics: boardsOf("victoriametrics") };
  const built = (engine: Engine) => drawn[engine];

  /** All, one, several with awkward names, and one nobody has: by variable. */
  const choices = (): Record<string, Record<string, string[]>> => {
    const [first, second] = seed.fleet.caches.filter(({ tags }) =>
      /[/(.]/.test(`${tags["site_name"]}${tags["region"]}`),
    );
    const several = ["West/Hills", "South (Coast)"];
    return {
      All: {},
      "one site": { site: [first?.tags["site_name"] ?? ""] },
      several: { region: several },
      "two sites": { site: [first?.tags["site_name"] ?? "", second?.tags["site_name"] ?? ""] },
      none: { site: ["Nowhere (School)/No. 9"] },
    };
  };

  const matches = (point: SeedPoint, chosen: Readonly<Record<string, readonly string[]>>): boolean =>
    Object.entries(chosen).every(([name, values]) =>
      values.includes(point.tags[name === "site" ? "site_name" : name] ?? ""),
    );
  const selections = new Map<string, readonly SeedPoint[]>();
  /** The points of a choice, the same list each time. */
  const pointsChosen = (choice: string): readonly SeedPoint[] => {
    const values = choices()[choice] ?? {};
    const points = selections.get(choice) ?? seed.points.filter((point) => matches(point, values));
    selections.set(choice, points);
    return points;
  };

  it.each(ENGINES)(
    "%s: every query runs, and none is empty where there is data",
    async (engine) => {
      const source = sourceOf(engine);
      const wrong: string[] = [];
      let asked = 0;
      for (const [choice, values] of Object.entries(choices())) {
        const there = presence(pointsChosen(choice));
        for (const [range, ms] of Object.entries(RANGES)) {
          // a choice changes what a query filters by, not what it asks: one range of each is enough
          if (!THOROUGH && choice !== "All" && range !== RANGE_OF_CHOICE[choice]) continue;
          const chosen: Chosen = { values, fromMs: SEED_NOW - ms, toMs: SEED_NOW };
          for (const board of Object.values(built(engine))) {
            const answers = dataPanels(board).map(async (panel) => ({
              panel,
              raw: (await askPanel(source, board, panel, chosen)).raw,
            }));
            for (const { panel, raw } of await Promise.all(answers)) {
              const bounds = overridden(panel, chosen, SEED_ZONE);
              for (const [i, frames] of raw.entries()) {
                asked++;
                const text = String(panel.targets?.[i]?.["query"] ?? panel.targets?.[i]?.["expr"]);
                const rows = frames.reduce((count, frame) => count + (frame.columns[0]?.values.length ?? 0), 0);
                const where = `${board.title} / ${panel.title} / ${choice} / ${range}: ${text}`;
                if (choice === "none" && rows > 0) wrong.push(`rows from nowhere: ${where}`);
                if (rows === 0 && !mayBeEmpty(text) && there(text, bounds.fromMs, bounds.toMs))
                  wrong.push(`empty: ${where}`);
              }
            }
            for (const annotation of board.annotations.list) {
              asked++;
              const frames = await askAnnotation(source, board, annotation, chosen);
              if (choice === "All" && range === "month" && frames.length === 0)
                wrong.push(`no ${annotation.name}: ${board.title}`);
            }
            for (const variable of board.templating.list.filter(({ type }) => type === "query")) {
              asked++;
              const offered = await askVariable(source, board, variable, chosen);
              if (choice === "All" && range === "month" && offered.length === 0)
                wrong.push(`no values of ${variable.name}`);
            }
          }
        }
      }
      expect(wrong).toEqual([]);
      expect(asked).toBeGreaterThan(500);
    },
    180_000,
  );

  it.each(ENGINES)("%s: every number panel shows what the points add up to", async (engine) => {
    const source = sourceOf(engine);
    const seen = new Set<string>();
    for (const [choice, values] of Object.entries(choices())) {
      const points = pointsChosen(choice);
      for (const range of ["day", "month"] as const) {
        if (!THOROUGH && choice !== "All" && range === "day") continue;
        const chosen: Chosen = { values, fromMs: SEED_NOW - RANGES[range], toMs: SEED_NOW };
        for (const [name, board] of Object.entries(built(engine))) {
          for (const panel of dataPanels(board).filter(({ type }) => type === "stat")) {
            const { frames } = await askPanel(source, board, panel, chosen);
            const bounds = stepBounds(engine, panel, overridden(panel, chosen, SEED_ZONE));
            const expected = EXPECTED[name]?.[panel.title ?? ""] ?? {};
            const all = typeof expected === "function" ? [[undefined, expected] as const] : Object.entries(expected);
            const shown = frames.flatMap(({ columns }) => columns.filter((column) => column.name !== "Time"));
            expect(shown.length, `${name} / ${panel.title}`).toBeLessThanOrEqual(all.length);
            seen.add(`${name} ${panel.title}`);
            for (const [column, of] of all) {
              const value = tileValue(panel, frames, column);
              const should = of({ points, ...bounds });
              const where = `${name} / ${panel.title} / ${column ?? ""} / ${choice} / ${range}`;
              if (should === undefined) expect(value, where).toBeUndefined();
              else expect((value ?? Number.NaN) / (should || 1), where).toBeCloseTo(should === 0 ? 0 : 1, 9);
            }
          }
        }
      }
    }
    expect(seen.size).toBe(Object.values(EXPECTED).flatMap((each) => Object.keys(each)).length);
  });

  it("both engines draw the same days, and those of the points, whatever is chosen", async () => {
    for (const [choice, values] of Object.entries(choices())) {
      const chosen: Chosen = { values, fromMs: SEED_NOW - RANGES.month, toMs: SEED_NOW };
      const days = await Promise.all(
        ENGINES.map(async (engine) => {
          const board = built(engine).savings;
          const panel = dataPanels(board).find(({ title }) => title === "Served to devices");
          const { frames } = await askPanel(sourceOf(engine), board, panel ?? ({} as never), chosen);
          const times = columnValues(frames, "Time");
          expect(new Set(times).size, `${engine}, ${choice}: each day once`).toBe(times.length);
          // the engines begin the first day of a range each in its own way
          return columnValues(frames, "From Apple").slice(-20);
        }),
      );
      expect(days[0]?.length, choice).toBe(choice === "none" ? 0 : 20);
      expect(days[1], choice).toEqual(days[0]);
      const sums = new Map<number, number>();
      for (const point of seed.points) {
        const { measurement, fields, timeMs } = point;
        if (measurement !== "served_1d" || !matches(point, values)) continue;
        sums.set(timeMs, (sums.get(timeMs) ?? 0) + (fields["origin"] ?? 0));
      }
      const expected = [...sums].sort(([a], [b]) => a - b).map(([, sum]) => sum);
      expect(days[0], choice).toEqual(expected.slice(-20));
    }
  });

  it.each(ENGINES)("%s: the tables of sites show the sites of the points, in their order", async (engine) => {
    for (const [choice, values] of Object.entries(choices())) {
      const chosen: Chosen = { values, fromMs: SEED_NOW - RANGES.month, toMs: SEED_NOW };
      const sites = new Map<string, { saved: number; origin: number; local: number }>();
      for (const point of seed.points) {
        const { measurement, tags, fields, timeMs } = point;
        if (measurement !== "served_1d" || timeMs < wallDayStart(chosen.fromMs, SEED_ZONE) || timeMs > chosen.toMs)
          continue;
        if (!matches(point, values)) continue;
        const sum = sites.get(tags["site_name"] ?? "") ?? { saved: 0, origin: 0, local: 0 };
        for (const name of ["saved", "origin", "local"] as const) sum[name] += fields[name] ?? 0;
        sites.set(tags["site_name"] ?? "", sum);
      }
      const board = built(engine).savings;
      for (const [title, name] of [
        ["Sites that saved most", "saved"],
        ["Sites with most from Apple", "origin"],
      ] as const) {
        const panel = dataPanels(board).find((each) => each.title === title);
        const { frames } = await askPanel(sourceOf(engine), board, panel ?? ({} as never), chosen);
        const rows = (column: string): unknown[] => columnValues(frames, column);
        const expected = [...sites].sort(([, a], [, b]) => b[name] - a[name]).slice(0, 10);
        const where = `${title}, ${choice}`;
        expect(rows("Site"), where).toEqual(expected.map(([site]) => site));
        expect(rows("From Apple"), where).toEqual(expected.map(([, sum]) => sum.origin));
        const own = name === "saved" ? "Saved" : "Hit ratio";
        const share = expected.map(([, { local, origin }]) => expect.closeTo(local / (local + origin), 9));
        expect(rows(own), where).toEqual(name === "saved" ? expected.map(([, sum]) => sum.saved) : share);
      }
    }
  });

  it("names every query it runs by measurements the schema knows", () => {
    for (const engine of ENGINES) {
      for (const board of Object.values(built(engine))) {
        for (const { text } of queriesOf(board)) expect(measurementsIn(text).length).toBeGreaterThan(0);
      }
    }
  });

  boardsAgree(() => ({ influx, victoria, points: seed.points }));
  verdictsAgree(() => ({ influx, victoria, seed }));
});

/** Sums by step of VictoriaMetrics are of whole steps, as the chart beside them. */
function stepBounds(engine: Engine, panel: Panel, { fromMs, toMs }: Chosen): { fromMs: number; toMs: number } {
  if (engine === "influxdb" || panel.interval !== "5m") return { fromMs, toMs };
  const step = intervalOf(toMs - fromMs, panel.maxDataPoints ?? 0, 300_000);
  return { fromMs: Math.floor(fromMs / step) * step, toMs: Math.floor(toMs / step) * step + step - 1 };
}

/** Queries that look for trouble, or for the newest points only, have every right to find nothing. */
function mayBeEmpty(text: string): boolean {
  return /WHERE "x" |time > \$\{__to\}|\) [<>=!]=? ?[\d-]| unless |\[30m\]/.test(text);
}

/** Whether there is a point of what a query names, in time. */
function presence(points: readonly SeedPoint[]): (text: string, fromMs: number, toMs: number) => boolean {
  const times = new Map<string, number[]>();
  for (const { measurement, names, timeMs } of points) {
    for (const name of names) {
      const key = `${measurement} ${name}`;
      const list = times.get(key);
      if (list === undefined) times.set(key, [timeMs]);
      else list.push(timeMs);
    }
  }
  return (text, fromMs, toMs) =>
    measurementsIn(text).some(({ measurement, fields }) =>
      fields.some((field) =>
        (times.get(`${measurement} ${field}`) ?? []).some((time) => time >= fromMs && time <= toMs),
      ),
    );
}
