import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { savingsHistory } from "../../core/history/history.ts";
import { silentLog } from "../../core/log.ts";
import { runs } from "../../core/testing/runs.ts";
import { openSqliteFile } from "../../fixtures/content-cache/sqlite-file.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { type Collector, createCollector } from "../collector.ts";
import { collectorOptions } from "../options.ts";
import { NO_SITES, openReceiver, type Receiver } from "./receiver.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-one-count-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const START = Date.parse("2026-09-16T08:00:00Z");
const MINUTE = 60_000;
/** In fractions of a second, as Metrics.db has them; a report has whole seconds. */
const FRACTION = 771;

/** A cache with a database, a status and reports, and what a collector and a receiver on one state folder make of it. */
class World {
  readonly #home: string;
  readonly #rows: number[] = [];
  /** How far the clock was ahead when each was written. */
  readonly #ahead: number[] = [];
  #minute = 0;
  #aheadMs = 0;
  #collector: Collector | undefined;
  #receiver: Receiver | undefined;
  #hasDatabase: boolean;
  /** Rows a collector could read, or a report told. */
  readonly #known = new Set<number>();

  constructor(name: string, hasDatabase: boolean) {
    this.#home = join(folder, name);
    this.#hasDatabase = hasDatabase;
  }

  get #databasePath(): string {
    return `${this.#home}.db`;
  }

  /** Minutes pass in which so much is served; 0 is an idle one. */
  serve(bytes: readonly number[]): void {
    for (const each of bytes) {
      this.#rows[++this.#minute] = each;
      this.#ahead[this.#minute] = this.#aheadMs;
    }
  }

  /** Somebody sets the clock; it was right at first. */
  setClock(aheadMs: number): void {
    this.#aheadMs = aheadMs;
  }

  async writeDatabase(): Promise<void> {
    const path = `${this.#databasePath}.new`;
    rmSync(path, { force: true });
    const db = await openSqliteFile(path);
    db.run("CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT INTEGER)");
    let key = 0;
    this.#rows.forEach((bytes, minute) => {
      const seconds = (this.#timeOf(minute) + FRACTION) / 1000 - 978_307_200;
      if (bytes > 0) db.run(`INSERT INTO ZMETRIC VALUES (${++key}, ${seconds}, ${bytes})`);
    });
    db.save();
    db.close();
    renameSync(path, this.#databasePath);
  }

  /** Reports of some minutes, by their number; what was idle repeats the counters before. */
  async report(minutes: readonly number[]): Promise<void> {
    this.#receiver ??= await openReceiver({
      ...{ stateDir: this.#home, server: "cache01", tags: {}, sites: () => NO_SITES, log: silentLog },
      nowMs: () => this.#now(),
    });
    for (const minute of minutes) {
      let counted = minute;
      while (counted > 0 && (this.#rows[counted] ?? 0) === 0) counted--;
      // what is ahead of the clock is set aside
      if (counted > 0 && this.#timeOf(minute) <= this.#now()) this.#known.add(counted);
      const body = reportBody({
        reportDate: new Date(this.#timeOf(minute) + 1000).toISOString(),
        creationDate: new Date(this.#timeOf(counted)).toISOString(),
        bytesFromCacheToClient: this.#rows[counted] ?? 0,
        ...{ bytesFromOriginToClient: 0, repliesFromCacheToClient: 0, repliesFromOriginToClient: 0 },
        requestsFromClient: 0,
      });
      const answer = await this.#receiver.routes[0]?.answer({
        ...{ method: "POST", url: new URL("http://localhost/metrics"), parameters: {}, headers: {} },
        ...{ body, identity: undefined, address: "::1" },
      });
      expect(answer).toMatchObject({ status: 202 });
    }
  }

  /** A pass over the status and, where it is there, the database. */
  async pass(database: boolean): Promise<void> {
    if (database) {
      await this.writeDatabase();
      this.#rows.forEach((_, minute) => {
        this.#known.add(minute);
      });
    } else rmSync(this.#databasePath, { force: true });
    this.#writeStatus();
    this.#collector ??= await createCollector({
      settings: { ...this.#settings(), server: "cache01", stateDir: this.#home, timezone: "UTC" },
      log: silentLog,
      signal: new AbortController().signal,
      nowMs: () => this.#now(),
    });
    await this.#collector.pass();
  }

  /** Both end, and are started again when they are needed. */
  async restart(): Promise<void> {
    await this.#collector?.close();
    await this.#receiver?.close();
    this.#collector = undefined;
    this.#receiver = undefined;
  }

  /** The settings have, or leave out, the database from now on. */
  async setDatabase(enabled: boolean): Promise<void> {
    await this.restart();
    this.#hasDatabase = enabled;
  }

  async served(): Promise<number> {
    const all = { fromMs: START, toMs: START + 9 * 86_400_000, by: "all", timeZone: "UTC" } as const;
    return Number((await savingsHistory(this.#home, all))[0]?.served ?? 0);
  }

  /** What is known of it at all. */
  truth(): number {
    return [...this.#known].reduce((sum, minute) => sum + (this.#rows[minute] ?? 0), 0);
  }

  get minute(): number {
    return this.#minute;
  }

  #timeOf(minute: number): number {
    return START + minute * MINUTE + (this.#ahead[minute] ?? 0);
  }

  #now(): number {
    return START + this.#minute * MINUTE + 5000 + this.#aheadMs;
  }

  #settings() {
    return collectorOptions.parse({
      sources: {
        metricsDb: { path: this.#databasePath, enabled: this.#hasDatabase },
        metricsSqlite: { enabled: false },
        managerStatus: { file: `${this.#home}.json`, every: 1, probes: [] },
      },
    });
  }

  #writeStatus(): void {
    const total = this.#rows.reduce((sum, bytes) => sum + bytes, 0);
    const totals = { TotalBytesReturnedToClients: total, TotalBytesStoredFromOrigin: 0 };
    const status = { ServerGUID: "13D4D110-B2B7-4F26-8E25-CD22E58C00EE", Active: true, ...totals };
    const result = { ...status, TotalBytesAreSince: "2026-09-16 08:00:00 +0000" };
    writeFileSync(`${this.#home}.json`, JSON.stringify({ name: "status", result }));
    utimesSync(`${this.#home}.json`, this.#now() / 1000, this.#now() / 1000);
  }
}

it("counts the bytes of a cache once that has a database, a status and a report", async () => {
  const world = new World("three", true);
  // a report comes before the first pass, one before the row, one after it
  world.serve([10, 20]);
  await world.report([1]);
  await world.pass(true);
  world.serve([30, 0, 40]);
  await world.report([3, 4, 5]);
  await world.pass(true);
  await world.report([2]);
  await world.restart();
  world.serve([0]);
  await world.pass(true);
  expect(await world.served()).toBe(100);
  await world.restart();
});

it("counts them once where there is a status and a report, and none where only the status tells", async () => {
  const world = new World("two", false);
  await world.pass(false);
  world.serve([10, 20, 30]);
  await world.report([1, 2, 3]);
  await world.pass(false);
  expect(await world.served()).toBe(60);
  await world.restart();
});

it("goes on from the database to reports where the settings leave the database out, and back", async () => {
  const world = new World("moved", true);
  world.serve([10, 20, 30]);
  await world.pass(true);
  await world.setDatabase(false);
  world.serve([40, 50]);
  await world.report([3, 4, 5]);
  world.serve([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  await world.pass(false);
  expect(await world.served()).toBe(150);
  await world.setDatabase(true);
  world.serve([60]);
  await world.report([world.minute]);
  await world.pass(true);
  expect(await world.served()).toBe(210);
  await world.restart();
});

it("counts a row once that a report and then the database has, after a clock was ahead and is put right", async () => {
  const world = new World("ahead", true);
  world.serve([10]);
  await world.pass(true);
  world.setClock(2 * 86_400_000);
  world.serve([20]);
  await world.pass(true);
  world.setClock(0);
  // the report is heard after the database was read, and before it is read again
  world.serve([30]);
  await world.report([3]);
  await world.pass(false);
  expect(await world.served()).toBe(60);
  await world.pass(true);
  expect(await world.served()).toBe(60);
  await world.restart();
});

it("moves between reports and the status at quiet moments without a gap or a double", async () => {
  const part = fc.record({
    served: fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 5, maxLength: 90 }),
    reports: fc.boolean(),
    restart: fc.boolean(),
  });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 2, maxLength: 4 }), async (parts) => {
      const world = new World(`status-${number++}`, false);
      await world.pass(false);
      let sum = 0;
      for (const { served, reports, restart } of [...parts, { served: [1], reports: false, restart: false }]) {
        const before = world.minute;
        world.serve(served);
        sum += served.reduce((all, bytes) => all + bytes, 0);
        if (reports) await world.report(served.map((_, i) => before + 1 + i));
        await world.pass(false);
        expect(await world.served()).toBeLessThanOrEqual(sum);
        // a quiet quarter of an hour, and a reading in the midst of it
        for (let quarter = 0; quarter < 2; quarter++) {
          world.serve([0, 0, 0, 0, 0]);
          if (reports) await world.report([world.minute]);
          await world.pass(false);
        }
        if (restart) await world.restart();
      }
      // reports are silent for long enough that the totals count
      world.serve(new Array(70).fill(0));
      await world.pass(false);
      world.serve([0, 0, 0]);
      await world.pass(false);
      expect(await world.served()).toBe(sum);
      await world.restart();
    }),
    { numRuns: runs(2) },
  );
});

it("moves between database and reports at any moments without a gap or a double", async () => {
  const step = fc.record({
    served: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })), { minLength: 1, maxLength: 12 }),
    reports: fc.boolean(),
    /** Reports that come late, or again, counted back from the newest. */
    again: fc.array(fc.nat(15), { maxLength: 3 }),
    database: fc.boolean(),
    restart: fc.boolean(),
    reportsFirst: fc.boolean(),
  });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 7 }), fc.boolean(), async (steps, back) => {
      const world = new World(`any-${number++}`, true);
      for (const { served, reports, again, database, restart, reportsFirst } of steps) {
        const before = world.minute;
        world.serve(served);
        const news = reports ? served.map((_, i) => before + 1 + i) : [];
        const late = again.map((ago) => world.minute - ago).filter((minute) => minute > 0);
        if (!reportsFirst) await world.pass(database);
        await world.report([...news, ...late]);
        if (reportsFirst) await world.pass(database);
        if (restart) await world.restart();
        expect(await world.served()).toBeLessThanOrEqual(world.truth());
      }
      // the database has its time to come back, or has not
      world.serve(new Array(11).fill(0));
      await world.pass(back);
      expect(await world.served()).toBe(world.truth());
      await world.restart();
    }),
    { numRuns: runs(3) },
  );
});
