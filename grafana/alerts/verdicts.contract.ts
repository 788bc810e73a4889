/**
 * Grafana's alert rules say of every cache what larder's own say: on both engines, before, in and after each fault.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ALERT_RULE_IDS } from "../../core/alert-rules.ts";
import type { InfluxEngine, VictoriaEngine } from "../../fixtures/engines.ts";
import { askTarget, type Source } from "../../fixtures/grafana/ask-panel.ts";
import {
  SEED_DATABASE,
  SEED_NOW,
  SEED_ZONE,
  type Seed,
  SILENT_INDEX,
  writeVictoria,
} from "../../fixtures/grafana/seed.ts";
import { liveWeather, WEATHER_STEP, WEATHER_WAN_GB, WEATHER_ZONE } from "../../fixtures/grafana/weather.ts";
import { DEFAULT_INSTALLATION, ENGINES, type Engine } from "../installation.ts";
import { type AlertRule, alertRules } from "./alerts.ts";

/** Engines with the seed in them, and the seed. */
export interface Seeded {
  readonly influx: InfluxEngine;
  readonly victoria: VictoriaEngine;
  readonly seed: Seed;
}

/** Says how the rules of both engines agree with larder's own. */
export function verdictsAgree(seeded: () => Seeded): void {
  describe("alert rules", () => {
    const sourceOf = (engine: Engine, database: string): Source => ({
      engine,
      url: engine === "influxdb" ? seeded().influx.url : seeded().victoria.url,
      database,
      zone: SEED_ZONE,
    });

    it.each(ENGINES)("%s: the one for silent caches names those that are silent", async (engine) => {
      const { seed } = seeded();
      const silent = alertRules({ ...DEFAULT_INSTALLATION, engine }).find(({ rule }) => rule === "silent") ?? never();
      const heard = await alertRows(sourceOf(engine, SEED_DATABASE), silent, SEED_NOW);
      const fires = heard.filter(([, value]) => isFiring(silent, value)).map(([name]) => name);
      expect(heard.length).toBe(seed.fleet.caches.length);
      expect(fires.sort()).toEqual(silentServers(seed));
      expect(fires).toContain(seed.fleet.caches[SILENT_INDEX]?.server);
    });

    it("say of every cache what larder's own say, before, in and after each fault", async () => {
      const stateDir = await mkdtemp(join(tmpdir(), "larder-weather-"));
      const { influx, victoria } = seeded();
      await influx.createDatabase("weather");
      const asked = ENGINES.map((engine) => ({
        source: sourceOf(engine, "weather"),
        rules: alertRules({ ...DEFAULT_INSTALLATION, engine, timezone: WEATHER_ZONE, wanGbPerDay: WEATHER_WAN_GB }),
      }));
      const wrong: string[] = [];
      const fired = new Map<string, ReadonlySet<string>>();
      for await (const { moment, atMs, lines, firing } of liveWeather(stateDir)) {
        await Promise.all([influx.writeLines("weather", lines), writeVictoria(victoria, lines)]);
        await victoria.flush();
        const own = new Set([...firing].filter((each) => !each.startsWith("updating ")));
        fired.set(moment, own);
        for (const { source, rules } of asked) {
          const verdicts = await Promise.all(rules.map((rule) => verdictsOf(source, rule, atMs)));
          const grafana = new Set<string>();
          for (const [i, { servers, firing: found }] of verdicts.entries()) {
            const { rule, uid, mayBeEmpty } = rules[i] ?? never();
            for (const server of found) grafana.add(`${rule} ${server}`);
            if (!mayBeEmpty && servers.size < 20)
              wrong.push(`${source.engine}, ${moment}: ${uid} knows ${servers.size}`);
          }
          for (const each of grafana)
            if (!own.has(each)) wrong.push(`${source.engine}, ${moment}: ${each}, not larder`);
          for (const each of own)
            if (!grafana.has(each)) wrong.push(`${source.engine}, ${moment}: ${each}, larder alone`);
        }
      }
      await rm(stateDir, { recursive: true, force: true });
      expect(wrong).toEqual([]);
      // every rule had its fault, and nothing but a notifier was wrong before
      const rulesIn = new Set([...fired.values()].flatMap((each) => [...each].map((one) => one.split(" ")[0])));
      expect(ALERT_RULE_IDS.filter((id) => !rulesIn.has(id))).toEqual(["updating"]);
      expect([...(fired.get("before") ?? [])]).toEqual(["notifier own"]);
      expect(
        [...(fired.get("after") ?? [])].filter((each) => !/^(notifier|wan-|hit-ratio|not-caching)/.test(each)),
      ).toEqual([]);
    }, 120_000);
  });
}

/** Caches that reported in two days, but not lately. */
function silentServers(seed: Seed): string[] {
  const last = new Map<string, number>();
  for (const { measurement, tags, timeMs } of seed.points) {
    if (measurement !== "larder" || timeMs > SEED_NOW) continue;
    last.set(tags["server"] ?? "", Math.max(timeMs, last.get(tags["server"] ?? "") ?? 0));
  }
  return [...last]
    .filter(([, time]) => time <= SEED_NOW - 40 * 60_000)
    .map(([server]) => server)
    .sort();
}

/** The last value of each series of an alert rule, by its cache. */
async function alertRows(source: Source, rule: AlertRule, atMs: number): Promise<[server: string, value: number][]> {
  const target =
    source.engine === "influxdb"
      ? { refId: "A", query: rule.query, resultFormat: "time_series", alias: "$tag_server" }
      : { refId: "A", expr: rule.query, instant: true, format: "time_series", legendFormat: "{{server}}" };
  const [fromMs, toMs] = [atMs - rule.rangeSeconds * 1000, atMs - rule.untilSeconds * 1000];
  const frames = await askTarget(source, [], target, { values: {}, fromMs, toMs, intervalMs: 60_000 }, 1);
  return frames.map(({ columns }) => {
    const last = columns[1]?.values.filter((value) => value !== null).at(-1);
    return [columns[1]?.name ?? "", last === undefined ? Number.NaN : Number(last)];
  });
}

/** Caches a rule knows, and those of which it fires: its condition holds, and has held as long as it has to last. */
async function verdictsOf(source: Source, rule: AlertRule, atMs: number) {
  const steps = Math.ceil((rule.forSeconds * 1000) / WEATHER_STEP);
  const looks = [...new Set([0, Math.floor(steps / 2), steps])].map((back) =>
    // the watch looks just after the lines are written, and so does Grafana
    alertRows(source, rule, atMs - back * WEATHER_STEP + 30_000),
  );
  const [now = [], ...before] = await Promise.all(looks);
  const firesIn = (rows: typeof now): Set<string> =>
    new Set(rows.filter(([, value]) => isFiring(rule, value)).map(([server]) => server));
  const held = before.map(firesIn);
  const firing = [...firesIn(now)].filter((server) => held.every((each) => each.has(server)));
  return { servers: new Set(now.map(([server]) => server)), firing };
}

function isFiring({ is, limit }: AlertRule, value: number): boolean {
  return is === "<" ? value < limit : value >= limit;
}

function never(): AlertRule {
  throw new Error("there is no such rule");
}
