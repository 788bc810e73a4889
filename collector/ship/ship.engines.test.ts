import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import {
  enginesAvailable,
  type InfluxEngine,
  type InfluxOptions,
  NO_ENGINES,
  startInflux,
  startVictoria,
} from "../../fixtures/engines.ts";
import { openSink } from "../sinks/sink.contract.ts";
import { fastClock } from "../testing/fast-clock.ts";
import { rejectPath } from "./reject-file.ts";
import { createShipper, type Shipper } from "./ship.ts";

const T0 = 1_700_000_000_000;
const here = enginesAvailable();

let stateDir: string;
let engine: InfluxEngine;

const clock = fastClock(20);

beforeAll(async () => {
  if (here) engine = await startInflux();
});
afterAll(async () => {
  await engine?.stop();
});
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "larder-ship-"));
});
afterEach(async () => {
  await rm(stateDir, { recursive: true });
});

async function append(lines: readonly string[]): Promise<void> {
  const journal = await openJournal(stateDir, "collector");
  await journal.append({
    lines: lines.map((line) => `${line}\n`).join(""),
    lineCount: lines.length,
    span: { fromMs: T0, toMs: T0 + lines.length },
  });
  await journal.close();
}

async function shipperTo(database: string): Promise<Shipper> {
  await engine.createDatabase(database);
  return await shipperOf({ type: "influx1", url: engine.url, database });
}

async function shipperOf(options: Record<string, unknown>): Promise<Shipper> {
  const sink = await openSink({ name: "main", ...options });
  const reader = openReader(streamFolder(stateDir, "collector"), "collector");
  return await createShipper({ sink, readers: [reader], stateDir, signal: new AbortController().signal, clock });
}

describe.skipIf(!here)(here ? "shipping the journal to InfluxDB 1.6.7" : `shipping: ${NO_ENGINES}`, () => {
  it("one field of the wrong type among 10,000 lines: 9,999 stored, one rejected with the server's reason", async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `bytestoclients,server=a v=${i}i ${T0 + i}`);
    lines[6789] = `bytestoclients,server=a v="text" ${T0 + 6789}`;
    await append(lines);
    const shipper = await shipperTo("wrong");
    const report = await shipper.finish(clock.nowMs() + 600_000);
    await shipper.close();
    expect(report).toMatchObject({ shippedLines: 9999, rejectedLines: 1, backlogBytes: 0, state: "ok" });
    expect(await engine.value("wrong", "SELECT count(v) FROM bytestoclients")).toBe(9999);
    expect(await engine.value("wrong", "SELECT sum(v) FROM bytestoclients")).toBe((9999 * 10_000) / 2 - 6789);
    const kept = (await readFile(rejectPath(stateDir, "main"), "utf8")).split("\n");
    expect(kept[0]).toMatch(/^# .*field type conflict: input field "v" .*already exists as type integer/);
    expect(kept.slice(1)).toEqual([lines[6789], ""]);
  });

  it("a server that crashes and comes back has every line once", async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `bytestoclients,server=a v=${i}i ${T0 + i}`);
    await append(lines);
    const shipper = await shipperTo("crash");
    shipper.pump();
    await engine.restart();
    const report = await shipper.finish(clock.nowMs() + 600_000);
    await shipper.close();
    expect(report).toMatchObject({ backlogBytes: 0, state: "ok", rejectedLines: 0 });
    expect(await engine.value("crash", "SELECT count(v) FROM bytestoclients")).toBe(60_000);
    expect(await engine.value("crash", "SELECT sum(v) FROM bytestoclients")).toBe((59_999 * 60_000) / 2);
  });

  it("a field of the wrong type in all of 10,000 lines of one metric: asked about once, not line by line", async () => {
    await append(["typed,server=a v=1i 1700000000000"]);
    await (await shipperTo("typed")).finish(clock.nowMs() + 60_000);
    const typed = Array.from({ length: 10_000 }, (_, i) => `typed,server=a v="text" ${T0 + i}`);
    await append([...typed, "typed,server=a v=2i 1700000000001"]);
    const shipper = await shipperTo("typed");
    const began = performance.now();
    const report = await shipper.finish(clock.nowMs() + 600_000);
    await shipper.close();
    expect(report).toMatchObject({ shippedLines: 1, rejectedLines: 10_000, backlogBytes: 0, state: "ok" });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it("lines older than its retention are settled at once, and the newest are there", async () => {
    await engine.createDatabase("week");
    await engine.query("week", 'CREATE RETENTION POLICY "week" ON "week" DURATION 7d REPLICATION 1 SHARD DURATION 1d');
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    // 30 days of a row a minute, oldest first
    const lines = Array.from({ length: 43_200 }, (_, i) => `m,server=a v=1i ${minute - (43_199 - i) * 60_000}`);
    await append(lines);
    const shipper = await shipperOf({ type: "influx1", url: engine.url, database: "week", retentionPolicy: "week" });
    const report = await shipper.finish(clock.nowMs() + 600_000);
    await shipper.close();
    const { shippedLines, expiredLines } = report;
    expect(report).toMatchObject({ rejectedLines: 0, backlogBytes: 0, state: "ok" });
    expect(shippedLines + expiredLines).toBe(43_200);
    // it goes by whole shards of a day
    expect(shippedLines).toBeGreaterThan(7 * 1440 - 5);
    expect(shippedLines).toBeLessThan(8 * 1440 + 5);
    expect(await engine.value("week", 'SELECT count(v) FROM "week"."week".m')).toBe(shippedLines);
    await expect(readFile(rejectPath(stateDir, "main"))).rejects.toThrow(/ENOENT/);
  });

  it("a limit on series stops the sink and names the setting; raised, everything arrives", async () => {
    const settings: InfluxOptions = { maxSeries: 4 };
    const limited = await startInflux(settings);
    try {
      await limited.createDatabase("cc");
      const lines = Array.from({ length: 500 }, (_, i) => `m,server=s${i % 20} v=10i ${T0 + i}`);
      await append(lines);
      const options = { type: "influx1", url: limited.url, database: "cc" };
      const first = await shipperOf(options);
      const stopped = await first.finish(clock.nowMs() + 60_000);
      await first.close();
      expect(stopped).toMatchObject({
        state: "stopped",
        rejectedLines: 0,
        problem: { code: "SINK_LIMIT", next: expect.stringMatching(/max-series-per-database/) },
      });
      // it counts every line of a request as a series that may be new
      settings.maxSeries = 1000;
      await limited.restart();
      const second = await shipperOf(options);
      const ended = await second.finish(clock.nowMs() + 60_000);
      await second.close();
      expect(ended).toMatchObject({ problem: undefined, shippedLines: 500, rejectedLines: 0, backlogBytes: 0 });
      expect(await limited.value("cc", "SELECT sum(v) FROM m")).toBe(5000);
    } finally {
      await limited.stop();
    }
  });
});

describe.skipIf(!here)(here ? "shipping the journal to VictoriaMetrics 1.79.5" : `shipping: ${NO_ENGINES}`, () => {
  it.each(["/metrics-store", "/insert/0/influx"])(
    "a wrong path (%s) stops the sink and loses nothing",
    async (path) => {
      const victoria = await startVictoria();
      try {
        const lines = Array.from({ length: 2042 }, (_, i) => `m,server=a v=1i ${T0 + i}`);
        await append(lines);
        const wrong = await shipperOf({ type: "victoriametrics", url: `${victoria.url}${path}` });
        const stopped = await wrong.finish(clock.nowMs() + 60_000);
        await wrong.close();
        expect(stopped).toMatchObject({
          state: "stopped",
          shippedLines: 0,
          rejectedLines: 0,
          problem: {
            code: "SINK_NOT_FOUND",
            next: expect.stringMatching(/url/),
            message: expect.stringMatching(/unsupported path/),
          },
        });
        const right = await shipperOf({ type: "victoriametrics", url: victoria.url });
        expect(await right.finish(clock.nowMs() + 60_000)).toMatchObject({ shippedLines: 2042, backlogBytes: 0 });
        await right.close();
        await victoria.flush();
        const series = await victoria.rawSeries('{__name__="m_v"}');
        expect(series.flatMap(({ values }) => values).length).toBe(2042);
      } finally {
        await victoria.stop();
      }
    },
  );

  it("killed right after its yes, it has every line after it is back", async () => {
    const victoria = await startVictoria();
    try {
      const options = { type: "victoriametrics", url: victoria.url };
      await append(Array.from({ length: 3000 }, (_, i) => `m,server=a v=1i ${T0 + i}`));
      let shipper = await shipperOf(options);
      for (let pass = 0; pass < 3; pass++) {
        await append(Array.from({ length: 1000 }, (_, i) => `m,server=a v=1i ${T0 + 3000 + pass * 1000 + i}`));
        expect(await shipper.finish(clock.nowMs() + 60_000)).toMatchObject({ state: "ok", backlogBytes: 0 });
        // it reports its start in whole seconds
        await sleep(1100);
        await append([`m,server=a v=1i ${T0 + 6000 + pass}`]);
        expect(await shipper.finish(clock.nowMs() + 60_000)).toMatchObject({ shippedLines: 1, state: "ok" });
        await victoria.restart();
        // our own process may end too
        if (pass === 1) {
          await shipper.close();
          shipper = await shipperOf(options);
        }
      }
      const report = await shipper.finish(clock.nowMs() + 60_000);
      expect(report).toMatchObject({ state: "ok", backlogBytes: 0, rejectedLines: 0 });
      await shipper.close();
      await victoria.flush();
      const series = await victoria.rawSeries('{__name__="m_v"}');
      expect(new Set(series.flatMap(({ timestamps }) => timestamps)).size).toBe(6003);
    } finally {
      await victoria.stop();
    }
  });
});
