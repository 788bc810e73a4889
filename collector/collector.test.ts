import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readLines } from "../core/history/history.ts";
import { silentLog } from "../core/log.ts";
import { enginesAvailable, NO_ENGINES, startInflux } from "../fixtures/engines.ts";
import {
  CacheLife,
  cacheRows,
  type Fleet,
  fleetRows,
  intervalEnds,
  planFleet,
  SERVED_FIELDS,
  statusDocument,
  Truth,
  writeMetricsDb,
} from "../fixtures/fleet/index.ts";
import { CollectorMemory, createCollector } from "./collector.ts";
import { readStatusModel } from "./health/health.ts";
import { collectorOptions } from "./options.ts";
import { planInfluxSetup } from "./sinks/setup/setup.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-collector-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ZONE = "Europe/Berlin";
const HOUR = 3_600_000;
const NOW = Date.parse("2026-03-30T12:00:00Z");
const fleet: Fleet = planFleet({
  seed: 4,
  caches: 1,
  regions: 1,
  fromMs: NOW - 60 * HOUR,
  toMs: NOW,
  zone: ZONE,
  incidentsPerMonth: 0,
});
const [cache] = fleet.caches;
const status = join(folder, "status.json");
let nowMs = NOW;

function writeStatus(totals: object = {}): void {
  const life = new CacheLife(fleet, cache!);
  for (const end of intervalEnds(fleet)) life.step(end);
  const document = statusDocument(fleet, cache!, life.state);
  Object.assign(document["result"] as object, totals);
  writeFileSync(status, JSON.stringify(document));
  utimesSync(status, nowMs / 1000, nowMs / 1000);
}

/** Of the passes of this process, on whatever state folder: only where it fits is it used. */
const memory = new CollectorMemory();

async function pass(sources: object, stateDir: string, sinks: readonly object[] = []): Promise<void> {
  const settings = collectorOptions.parse({ sources, sinks, tags: { region: "North/East" } });
  const collector = await createCollector({
    settings: { ...settings, server: cache!.server, stateDir, timezone: ZONE },
    log: silentLog,
    signal: new AbortController().signal,
    nowMs: () => nowMs,
    memory,
  });
  try {
    const report = await collector.pass();
    expect(report.sources.flatMap(({ problem }) => problem ?? [])).toEqual([]);
  } finally {
    await collector.close();
  }
}

async function lines(stateDir: string, measurement: string, stream: string): Promise<string[]> {
  const found: string[] = [];
  for await (const line of readLines(stateDir, { measurement, fromMs: 0, toMs: nowMs + HOUR, streams: [stream] }))
    found.push(line);
  return found;
}

describe("createCollector()", () => {
  it("waits for the lock where it is started to stay, and fails at once where it is not", async () => {
    const settings = { ...collectorOptions.parse({}), server: "c", stateDir: join(folder, "locked"), timezone: "UTC" };
    const { signal } = new AbortController();
    const first = await createCollector({ settings, log: silentLog, signal });
    await expect(createCollector({ settings, log: silentLog, signal })).rejects.toMatchObject({ code: "LOCKED" });
    const said: string[] = [];
    const log = { ...silentLog, info: (text: string) => void said.push(text) };
    const second = createCollector({ settings, signal, log, stays: true });
    await expect.poll(() => said).toEqual(["waiting for the lock of the journal"]);
    await first.close();
    await (await second).close();
  });

  it("reads database and status, rolls up, knows itself, and counts bytes once", async () => {
    const stateDir = join(folder, "both");
    const path = join(folder, "Metrics.db");
    await writeMetricsDb(path, cacheRows(fleet, cache!));
    const sources = { metricsDb: { path }, managerStatus: { file: status, every: 60 } };
    writeStatus();
    await pass(sources, stateDir);
    nowMs += 5 * 60_000;
    writeStatus({ TotalBytesReturnedToClients: 9e15 });
    await pass(sources, stateDir);
    const truth = new Truth(fleet);
    for await (const row of fleetRows(fleet)) truth.add(row);
    const model = await readStatusModel({
      stateDir,
      server: cache!.server,
      timeZone: ZONE,
      sinks: [],
      readsStatus: true,
      nowMs,
    });
    expect(model.week.served).toBe(truth.sum(SERVED_FIELDS));
    expect(model.findings).toEqual([]);
    expect(model.rollupZone).toBe(ZONE);
    expect(model.cache).toMatchObject({ active: true, timeMs: nowMs });
    const daily = await lines(stateDir, "bytestoclients_1d", "rollup");
    expect(daily).toHaveLength([...truth.days(cache!.server).keys()].length - 1);
    expect(daily[0]).toContain("region=North/East");
    expect(await lines(stateDir, "larder", "collector")).toHaveLength(2);
  }, 20_000);

  it("counts bytes by the status where there is no database, and reports what happened to the cache meanwhile", async () => {
    const stateDir = join(folder, "alone");
    const sources = {
      metricsDb: { enabled: false },
      metricsSqlite: { enabled: false },
      managerStatus: { file: status, every: 60 },
    };
    const totals = {
      TotalBytesReturnedToClients: 1e9,
      TotalBytesStoredFromOrigin: 1e8,
      TotalBytesStoredFromPeers: 0,
      TotalBytesStoredFromParents: 0,
    };
    writeStatus(totals);
    await pass(sources, stateDir);
    nowMs += 20 * 60_000;
    writeStatus({
      ...totals,
      TotalBytesReturnedToClients: 3e9,
      CacheUsed: 10,
      CacheDetails: { Other: 10 },
      RegistrationStatus: -1,
    });
    await pass(sources, stateDir);
    const model = await readStatusModel({
      stateDir,
      server: cache!.server,
      timeZone: ZONE,
      sinks: [],
      readsStatus: true,
      nowMs,
    });
    expect(model.today.served).toBe(2e9);
    expect(model.events.map(({ event }) => event).sort()).toEqual(["gap", "unregistered", "wiped"]);
    expect(model.findings.map(({ id }) => id)).toEqual(["unregistered", "wiped"]);
  }, 20_000);

  it.skipIf(!enginesAvailable())(
    `ships roll-ups to a place of their own${enginesAvailable() ? "" : ` (${NO_ENGINES})`}`,
    async () => {
      const influx = await startInflux();
      // the shipper's patience is measured by the machine's clock
      nowMs = Date.now();
      try {
        const path = join(folder, "Metrics.db");
        await writeMetricsDb(path, cacheRows(fleet, cache!));
        const sink = {
          name: "a",
          type: "influx1",
          url: influx.url,
          database: "cc",
          rollup: { retentionPolicy: "years" },
        };
        const [parsed] = collectorOptions.parse({ sinks: [sink] }).sinks;
        for (const step of await planInfluxSetup([parsed!], { raw: undefined, rollup: undefined }, silentLog)) {
          await step.apply();
        }
        await pass({ metricsDb: { path } }, join(folder, "places"), [sink]);
        const names = async (policy: string): Promise<unknown[]> =>
          (await influx.query("cc", `SELECT * FROM "${policy}"./.*/ LIMIT 1`)).map(({ name }) => name).sort();
        expect(await names("autogen")).toContain("bytestoclients");
        expect((await names("autogen")).filter((name) => /_1[hd]$/.test(String(name)))).toEqual([]);
        const rolled = await names("years");
        expect(rolled).toContain("bytestoclients_1d");
        expect(rolled.every((name) => /_1[hd]$/.test(String(name)))).toBe(true);
      } finally {
        await influx.stop();
      }
    },
    30_000,
  );

  it("refuses tags that we write ourselves", () => {
    expect(() => collectorOptions.parse({ tags: { kind: "x" } })).toThrow(/taken/);
  });
});
