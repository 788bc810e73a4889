import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Journal, openJournal, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import { fromBigInt } from "../../core/line/sum.ts";
import {
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../../fixtures/engines.ts";
import { createShipper } from "../ship/ship.ts";
import { openSink } from "../sinks/sink.contract.ts";
import { fastClock } from "../testing/fast-clock.ts";
import { openRollup } from "./rollup.ts";

const here = enginesAvailable();
const HOUR = 3_600_000;
const START = Date.parse("2026-10-20T00:00:00Z");
const clock = fastClock(20);
/** The random numbers of a small generator: the same history each time. */
let seed = 7;
const random = (below: number): number => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

let influx: InfluxEngine;
let victoria: VictoriaEngine;
beforeAll(async () => {
  if (!here) return;
  [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
});
afterAll(async () => {
  await Promise.all([influx?.stop(), victoria?.stop()]);
});

/** Roll-ups of some days of two caches that change their zone twice, with late rows, shipped as they are written. */
class Life {
  readonly folder: string;
  readonly database: string;
  nowMs = START;
  total = 0n;
  /** By hour and by cache. */
  readonly byHour = new Map<string, bigint>();
  readonly #raw: Journal;

  constructor(folder: string, raw: Journal, database: string) {
    this.folder = folder;
    this.#raw = raw;
    this.database = database;
  }

  static async begin(database: string): Promise<Life> {
    const folder = await mkdtemp(join(tmpdir(), "larder-rolled-"));
    return new Life(folder, await openJournal(folder, "collector"), database);
  }

  async end(): Promise<void> {
    await this.#raw.close();
    await rm(this.folder, { recursive: true });
  }

  async add(rows: readonly { readonly ms: number; readonly value: number }[]): Promise<void> {
    let lines = "";
    for (const { ms, value } of rows) {
      const server = `c${random(2)}`;
      lines += `bytestoclients,region=North,server=${server} bytes.fromcache.toclients=${value}i ${ms}\n`;
      this.total += BigInt(value);
      const key = `${server} ${Math.floor(ms / HOUR) * HOUR}`;
      this.byHour.set(key, (this.byHour.get(key) ?? 0n) + BigInt(value));
    }
    const times = rows.map(({ ms }) => ms);
    await this.#raw.append({
      lines,
      lineCount: rows.length,
      span: { fromMs: Math.min(...times), toMs: Math.max(...times) },
    });
  }

  /** A pass: rolls up and ships; every third time the sinks begin from nothing, so that all is sent again. */
  async pass(zone: string, zoneIsSet: boolean, sendAgain: boolean): Promise<void> {
    const journal = await openJournal(this.folder, "rollup");
    const options = { stateDir: this.folder, journal, timeZone: zone, zoneIsSet, nowMs: () => this.nowMs };
    await openRollup(options).run();
    await journal.close();
    if (sendAgain) await rm(join(this.folder, "ship"), { recursive: true, force: true });
    for (const sink of [
      { name: "influx", type: "influx1", url: influx.url, database: this.database },
      { name: "victoria", type: "victoriametrics", url: victoria.url },
    ]) {
      const shipper = await createShipper({
        sink: await openSink(sink),
        readers: [openReader(streamFolder(this.folder, "rollup"), "rollup")],
        stateDir: this.folder,
        signal: new AbortController().signal,
        clock,
      });
      const report = await shipper.finish(clock.nowMs() + 600_000);
      await shipper.close();
      expect(report).toMatchObject({ backlogBytes: 0, rejectedLines: 0, state: "ok" });
    }
  }
}

async function influxSum(database: string, measurement: string, field: string): Promise<number> {
  return Number(await influx.value(database, `SELECT sum("${field}") FROM "${measurement}"`));
}

async function victoriaSum(name: string): Promise<number> {
  let total = 0;
  for (const { values } of await victoria.rawSeries(`{__name__="${name}"}`)) {
    for (const value of values) total += value;
  }
  return total;
}

describe.skipIf(!here)(here ? "roll-ups on real servers" : `roll-ups: ${NO_ENGINES}`, () => {
  it("add up to the raw rows after 50 late rows, negative ones among them, two other zones and everything sent again", async () => {
    await influx.createDatabase("rolled");
    const life = await Life.begin("rolled");
    const zones: readonly (readonly [string, boolean])[] = [
      ["Europe/Berlin", false],
      ["America/New_York", false],
      ["America/New_York", true],
      ["Asia/Kathmandu", true],
      ["Europe/Berlin", true],
    ];
    for (let round = 0; round < 10; round++) {
      await life.add(
        Array.from({ length: 24 }, (_, hour) => ({ ms: life.nowMs + hour * HOUR + random(HOUR), value: random(1e9) })),
      );
      life.nowMs += 24 * HOUR;
      const [zone, isSet] = zones[Math.floor(round / 2)] ?? ["UTC", false];
      await life.pass(zone, isSet, false);
      await life.add(
        Array.from({ length: 5 }, (_, i) => ({
          ms: START + random(life.nowMs - START),
          value: i === 4 ? -random(1e8) : random(1e8),
        })),
      );
      await life.pass(zone, isSet, round % 3 === 2);
    }
    life.nowMs += 72 * HOUR;
    await life.pass("Europe/Berlin", true, true);
    const raw = Number(fromBigInt(life.total));
    for (const [measurement, field] of [
      ["bytestoclients_1h", "bytes.fromcache.toclients"],
      ["bytestoclients_1d", "bytes.fromcache.toclients"],
      ["served_1d", "saved"],
      ["fleet_1d", "saved"],
    ] as const) {
      expect(await influxSum("rolled", measurement, field), `InfluxDB ${measurement}`).toBe(raw);
      expect(await victoriaSum(`${measurement}_${field}`), `VictoriaMetrics ${measurement}`).toBe(raw);
    }
    for (const [key, value] of life.byHour) {
      const [server, from = ""] = key.split(" ");
      const where = `server = '${server}' AND time >= ${from}ms AND time < ${Number(from) + HOUR}ms`;
      const query = `SELECT sum("bytes.fromcache.toclients") FROM "bytestoclients_1h" WHERE ${where}`;
      expect(await influx.value("rolled", query), key).toBe(Number(value));
    }
    await life.end();
  }, 120_000);
});
