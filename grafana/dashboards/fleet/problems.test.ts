/**
 * The list of problems, the numbers above it and the colours of the table below it say the same of every cache, on both
 * engines: from the very limit on, with caches that have no tags, and with several targets of one cache.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../../../fixtures/engines.ts";
import { askPanel, dataPanels, type Source } from "../../../fixtures/grafana/ask-panel.ts";
import type { Cell, Frame } from "../../../fixtures/grafana/frames.ts";
import { writeVictoria } from "../../../fixtures/grafana/seed.ts";
import { columnValues, tileValue } from "../../../fixtures/grafana/shown.ts";
import { DEFAULT_INSTALLATION, ENGINES, type Engine } from "../../installation.ts";
import type { Panel } from "../../look/grafana-types.ts";
import { boards } from "../dashboards.ts";

const NOW = Date.parse("2026-03-10T10:00:00Z");
const MINUTE = 60_000;

/** A cache, and what the list says of it. */
const CACHES: Readonly<
  Record<string, { lines: Readonly<Record<string, string>>; list: Readonly<Record<string, string>> }>
> = {
  well: { lines: {}, list: {} },
  "at-watch": {
    lines: { cachestatus: "pressure=0.5", larder: "up=1i,backlog=10000000i", failed: "a=1 b=0" },
    list: { "Under pressure": "look", "Behind with sending": "look", "Warming failed": "look" },
  },
  "at-trouble": {
    lines: { cachestatus: "pressure=0.8", larder: "up=1i,backlog=100000000i", failed: "a=5 b=0" },
    list: { "Under pressure": "act", "Behind with sending": "act", "Warming failed": "act" },
  },
  "just-under": {
    lines: { cachestatus: "pressure=0.499", larder: "up=1i,backlog=9999999i", failed: "a=0 b=0" },
    list: {},
  },
  "second-target": { lines: { failed: "a=0 b=7" }, list: { "Warming failed": "act" } },
  silent: { lines: { silent: "yes" }, list: { Silent: "act" } },
  reads: { lines: { larder: "up=0i,backlog=0i" }, list: { "Reads nothing": "act" } },
  inactive: { lines: { cachestatus: "active=false" }, list: { "Not active": "act" } },
  pending: { lines: { cachestatus: "registered=0i" }, list: { "Not registered": "look" } },
  refused: { lines: { cachestatus: "registered=-1i" }, list: { "Not registered": "act" } },
  space: { lines: { cachestatus: "lowspace=true" }, list: { "Low on space": "look" } },
  "half-hit": { lines: { traffic: "50 50" }, list: {} },
  "low-hit": { lines: { traffic: "49 51" }, list: { "Low hit ratio": "look" } },
  "worst-hit": { lines: { traffic: "0 10" }, list: { "Low hit ratio": "act" } },
  unused: { lines: { traffic: "0 0" }, list: {} },
};

/** Written twice; the first time two hours ago, with everything wrong: the last values count. */
function linesOf(name: string, { lines }: (typeof CACHES)[string]): string[] {
  const tags = name === "well" ? `server=${name}` : `server=${name},site_name=Hill,region=North`;
  const at = (minutes: number): number => NOW - minutes * MINUTE;
  const gauges = { active: "true", registered: "1i", pressure: "0.1", lowspace: "false" };
  const own = Object.fromEntries((lines["cachestatus"] ?? "").split(",").map((pair) => pair.split("=")));
  const status = Object.entries({ ...gauges, ...own }).filter(([key]) => key !== "");
  const [local = "90", origin = "10"] = (lines["traffic"] ?? "90 10").split(" ");
  const failed = (lines["failed"] ?? "").split(" ").filter((each) => each !== "");
  return [
    `cachestatus,${tags} active=false,registered=-1i,pressure=0.9,lowspace=true ${at(120)}`,
    `larder,${tags} up=0i,backlog=900000000i ${at(110)}`,
    ...(lines["silent"] === undefined
      ? [`larder,${tags} ${lines["larder"] ?? "up=1i,backlog=0i"} ${at(9)}`]
      : [`larder,${tags} up=1i,backlog=0i ${at(31)}`]),
    `cachestatus,${tags} ${status.map(([key, value]) => `${key}=${value}`).join(",")} ${at(8)}`,
    `bytestoclients_1h,${tags} bytes.fromcache.toclients=${local}i,bytes.fromorigin.toclients=${origin}i ${at(180)}`,
    ...failed.flatMap((each) => {
      const [target = "", count = "0"] = each.split("=");
      return [
        `precacherun,${tags},target=${target} planned=9i,failed=9i ${at(100)}`,
        `precacherun,${tags},target=${target} planned=9i,failed=${count}i ${at(target === "a" ? 20 : 50)}`,
      ];
    }),
  ];
}

describe.skipIf(!enginesAvailable())(`problems on ${enginesAvailable() ? "real engines" : NO_ENGINES}`, () => {
  let influx: InfluxEngine;
  let victoria: VictoriaEngine;

  beforeAll(async () => {
    [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
    await influx.createDatabase("problems");
    const text = `${Object.entries(CACHES)
      .flatMap(([name, cache]) => linesOf(name, cache))
      .join("\n")}\n`;
    await influx.writeLines("problems", text);
    await writeVictoria(victoria, text);
    await victoria.flush();
  }, 120_000);
  afterAll(async () => {
    await Promise.all([influx?.stop(), victoria?.stop()]);
  });

  const sourceOf = (engine: Engine): Source => ({
    engine,
    url: engine === "influxdb" ? influx.url : victoria.url,
    database: "problems",
    zone: "UTC",
  });
  const asked = async (engine: Engine, title: string, toMs = NOW): Promise<{ panel: Panel; frames: Frame[] }> => {
    const board = boards({ ...DEFAULT_INSTALLATION, engine }).fleet;
    const panel = dataPanels(board).find((each) => each.title === title) ?? ({} as never);
    const { frames } = await askPanel(sourceOf(engine), board, panel, {
      values: {},
      fromMs: toMs - 24 * 60 * MINUTE,
      toMs,
    });
    return { panel, frames };
  };
  const wanted = Object.fromEntries(Object.entries(CACHES).map(([name, { list }]) => [name, list]));

  it.each(ENGINES)(
    "%s: lists what is wrong with each cache, the worst first, and nothing that is well",
    async (engine) => {
      const { panel, frames } = await asked(engine, "Caches with problems");
      const names = Object.keys(wanted).filter((name) => Object.keys(wanted[name] ?? {}).length > 0);
      const rows = columnValues(frames, "Cache").map(String);
      expect([...rows].sort()).toEqual(names.sort());
      expect(rows[0]).toBe("at-trouble");
      expect(read(panel, frames)).toEqual(Object.fromEntries(names.map((name) => [name, wanted[name]])));
      expect(frames.flatMap(({ columns }) => columns.map(({ name }) => name))).not.toContain("Weight");
    },
  );

  it.each(ENGINES)("%s: paints in the table of all caches what is in the list, and nothing else", async (engine) => {
    const { panel, frames } = await asked(engine, "Every cache");
    const caches = columnValues(frames, "Cache").map(String);
    expect([...caches].sort()).toEqual(Object.keys(CACHES).sort());
    const painted = Object.fromEntries(
      caches.map((cache, row) => [
        cache,
        frames
          .flatMap(({ columns }) => columns)
          .map(({ name, values }) => [name, colourOf(panel, name, values[row] ?? null)] as const)
          .filter(([, colour]) => colour === "orange" || colour === "red")
          .map(([name, colour]) => `${name} ${colour === "red" ? "act" : "look"}`)
          .sort(),
      ]),
    );
    const COLUMNS: Readonly<Record<string, string>> = {
      Silent: "Reports",
      "Reads nothing": "Reads",
      "Not active": "Active",
      "Not registered": "Registered",
      "Under pressure": "Pressure",
      "Low on space": "Low on space",
      "Low hit ratio": "Hit ratio",
      "Warming failed": "Failed in last warming",
      "Behind with sending": "Waiting to be sent",
    };
    const expected = Object.fromEntries(
      Object.entries(wanted).map(([cache, list]) => [
        cache,
        Object.entries(list)
          .map(([name, level]) => `${COLUMNS[name]} ${level}`)
          .sort(),
      ]),
    );
    expect(painted).toEqual(expected);
  });

  it.each(ENGINES)("%s: counts the list, and tells apart nothing wrong and nothing known", async (engine) => {
    const each = await asked(engine, "Caches with each problem");
    const lists = Object.values(wanted);
    for (const name of new Set(lists.flatMap((list) => Object.keys(list)))) {
      expect(tileValue(each.panel, each.frames, name), name).toBe(lists.filter((list) => name in list).length);
    }
    const all = await asked(engine, "Problems");
    expect(tileValue(all.panel, all.frames)).toBe(lists.flatMap((list) => Object.keys(list)).length);
    const defaults = all.panel.fieldConfig?.defaults;
    expect(mapped((defaults?.["mappings"] ?? []) as Mapping[], 0)?.text).toBe("Nothing is wrong");
    const before = await asked(engine, "Problems", NOW - 48 * 60 * MINUTE);
    expect(tileValue(before.panel, before.frames)).toBeUndefined();
    expect(defaults?.["noValue"]).toBe("no data");
  });

  it.each(ENGINES)("%s: names the place of a cache without tags", async (engine) => {
    const { panel, frames } = await asked(engine, "Every cache");
    const row = columnValues(frames, "Cache").indexOf("well");
    for (const [column, text] of [
      ["Site", "no site set"],
      ["Region", "no region set"],
    ] as const) {
      const value = columnValues(frames, column)[row] ?? null;
      expect(mapped(propertyOf(panel, column, "mappings") as Mapping[], value)?.text).toBe(text);
    }
    const lines = await asked(engine, "Highest pressure by region");
    const names = lines.frames
      .flatMap(({ columns }) => columns.map(({ name }) => name))
      .filter((name) => name !== "Time");
    expect(new Set(names)).toEqual(new Set(["North", "no region set"]));
  });
});

interface Shown {
  readonly text?: string;
  readonly color?: string;
}
interface Mapping {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Cells of a list in words, those that say something. */
function read(panel: Panel, frames: readonly Frame[]): Record<string, Record<string, string>> {
  const columns = frames.flatMap((frame) => frame.columns);
  const caches = columnValues(frames, "Cache").map(String);
  return Object.fromEntries(
    caches.map((cache, row) => {
      const cells = columns.flatMap(({ name, values }) => {
        const text = mapped((propertyOf(panel, name, "mappings") ?? []) as Mapping[], values[row] ?? null)?.text;
        return text === "look" || text === "act" ? [[name, text] as const] : [];
      });
      return [cache, Object.fromEntries(cells)];
    }),
  );
}

/** Grafana's rules: mappings first, then steps where the column is coloured by them. */
function colourOf(panel: Panel, column: string, value: Cell): string | undefined {
  const found = mapped((propertyOf(panel, column, "mappings") ?? []) as Mapping[], value);
  if (found?.color !== undefined) return found.color;
  const { mode } = (propertyOf(panel, column, "color") ?? {}) as { mode?: string };
  if (mode !== "thresholds" || value === null || Number.isNaN(Number(value))) return undefined;
  const { steps } = propertyOf(panel, column, "thresholds") as { steps: { color: string; value: number | null }[] };
  return steps.filter((step) => step.value === null || Number(value) >= step.value).at(-1)?.color;
}

function mapped(mappings: readonly Mapping[], value: Cell): Shown | undefined {
  for (const { type, options } of mappings) {
    if (type === "value" && String(value) in options) return options[String(value)] as Shown;
    const { match, result } = options as { match?: string; result?: Shown };
    if (type === "special" && ((match === "null" && value === null) || (match === "empty" && value === "")))
      return result;
  }
  return undefined;
}

function propertyOf(panel: Panel, column: string, id: string): unknown {
  const own = (panel.fieldConfig?.overrides ?? []).filter(
    ({ matcher }) => matcher.id === "byName" && matcher.options === column,
  );
  return own.flatMap(({ properties }) => properties).findLast((property) => property.id === id)?.value;
}
