import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openJournal, streamFolder } from "../core/journal/journal.ts";
import { openReader } from "../core/journal/reader.ts";
import { enginesAvailable, type InfluxEngine, NO_ENGINES, startInflux } from "../fixtures/engines.ts";
import { rejectPath } from "./reject-file.ts";
import { createShipper, type Shipper } from "./ship.ts";
import { influxV1Sink } from "./sinks/influx-v1.ts";
import { fastClock } from "./testing/fast-clock.ts";

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
  const sink = influxV1Sink({
    name: "main",
    url: engine.url,
    database,
    retentionPolicy: undefined,
    username: undefined,
    password: undefined,
    gzip: false,
    timeoutMs: 10_000,
    nowMs: Date.now,
  });
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
});
