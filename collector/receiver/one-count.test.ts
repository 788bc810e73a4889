import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { savingsHistory } from "../../core/history/history.ts";
import { silentLog } from "../../core/log.ts";
import { openSqliteFile } from "../../fixtures/content-cache/sqlite-file.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { createCollector } from "../collector.ts";
import { collectorOptions } from "../options.ts";
import { NO_SITES, openReceiver, ownDatabase } from "./receiver.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-one-count-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const START = Date.parse("2026-09-16T08:00:00Z");
const MINUTE = 60_000;
const MB = 1_000_000;

/** What a cache serves in a minute, in whatever source says it. */
const SERVED = 10 * MB;

async function received(stateDir: string, minutes: readonly number[], reads: boolean): Promise<void> {
  const receiver = await openReceiver({
    ...{ stateDir, server: "cache01", tags: {}, sites: () => NO_SITES, log: silentLog },
    nowMs: () => START + 60 * MINUTE,
    countedElsewhere: ownDatabase(stateDir, reads),
  });
  for (const minute of minutes) {
    const date = new Date(START + minute * MINUTE).toISOString();
    const bytes = { bytesFromCacheToClient: SERVED, bytesFromOriginToClient: 0 };
    const answer = await receiver.routes[0]?.answer({
      ...{ method: "POST", url: new URL("http://localhost/metrics"), parameters: {}, headers: {} },
      ...{ body: reportBody({ ...bytes, reportDate: date, creationDate: date }), identity: undefined, address: "::1" },
    });
    expect(answer).toMatchObject({ status: 202 });
  }
  await receiver.close();
}

interface Pass {
  readonly stateDir: string;
  readonly minute: number;
  readonly database: boolean;
}

/** A pass at the end of a minute, over a status and perhaps a database that know all until then. */
async function collected({ stateDir, minute, database }: Pass): Promise<void> {
  const path = join(folder, "Metrics.db");
  rmSync(path, { force: true });
  const db = await openSqliteFile(path);
  db.run("CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT INTEGER)");
  for (let row = 1; row <= minute; row++)
    db.run(`INSERT INTO ZMETRIC VALUES (${row}, ${(START + row * MINUTE) / 1000 - 978_307_200}, ${SERVED})`);
  db.save();
  db.close();
  const file = join(folder, "status.json");
  const totals = { TotalBytesReturnedToClients: minute * SERVED, TotalBytesStoredFromOrigin: 0 };
  const status = { ServerGUID: "13D4D110-B2B7-4F26-8E25-CD22E58C00EE", Active: true, ...totals };
  const since = { TotalBytesAreSince: "2026-09-16 08:00:00 +0000" };
  writeFileSync(file, JSON.stringify({ name: "status", result: { ...status, ...since } }));
  utimesSync(file, (START + minute * MINUTE) / 1000, (START + minute * MINUTE) / 1000);
  const sources = {
    metricsDb: { path, enabled: database },
    metricsSqlite: { enabled: false },
    managerStatus: { file, every: 1 },
  };
  const collector = await createCollector({
    settings: { ...collectorOptions.parse({ sources }), server: "cache01", stateDir, timezone: "UTC" },
    log: silentLog,
    signal: new AbortController().signal,
    nowMs: () => START + minute * MINUTE + 1000,
  });
  const { sources: read } = await collector.pass();
  expect(read.flatMap(({ problem }) => problem?.message ?? [])).toEqual([]);
  expect(read[0]?.rows).toBeGreaterThan(0);
  await collector.close();
}

async function served(stateDir: string): Promise<unknown> {
  const all = { fromMs: START, toMs: START + 120 * MINUTE, by: "all", timeZone: "UTC" } as const;
  return (await savingsHistory(stateDir, all))[0]?.served;
}

it("counts the bytes of a cache once that has a database, a status and a report", async () => {
  const stateDir = join(folder, "three");
  await collected({ stateDir, minute: 2, database: true });
  await received(stateDir, [1, 2, 3, 4], true);
  await collected({ stateDir, minute: 5, database: true });
  await received(stateDir, [5], true);
  expect(await served(stateDir)).toBe(5 * SERVED);
});

it("counts them once where there is a status and a report, and none where only the status tells", async () => {
  const stateDir = join(folder, "two");
  await collected({ stateDir, minute: 0, database: false });
  await received(stateDir, [1, 2, 3], false);
  await collected({ stateDir, minute: 3, database: false });
  expect(await served(stateDir)).toBe(3 * SERVED);
});

it("goes on from the database to reports where the settings leave the database out", async () => {
  const stateDir = join(folder, "moved");
  await collected({ stateDir, minute: 3, database: true });
  await received(stateDir, [3], true);
  await received(stateDir, [4, 5], false);
  await collected({ stateDir, minute: 5, database: false });
  expect(await served(stateDir)).toBe(5 * SERVED);
});
