import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../core/log.ts";
import { unixMsToApple } from "../core/time/apple-time.ts";
import { openSqliteFile, type SqliteFile } from "../fixtures/content-cache/sqlite-file.ts";
import { enginesAvailable, type InfluxEngine, NO_ENGINES, startInflux } from "../fixtures/engines.ts";
import { createCollector } from "./collector.ts";
import { collectorOptions } from "./options.ts";

const here = enginesAvailable();
const MINUTE = 60_000;
const START = Math.floor(Date.now() / MINUTE) * MINUTE - 12_000 * MINUTE;
const ADDED = ["ZBYTESFROMPARENTTOCLIENT", "ZBYTESFROMORIGINTOPEER", "ZREPLIESFROMCACHETOPEER"];

let influx: InfluxEngine;
beforeAll(async () => {
  if (here) influx = await startInflux();
});
afterAll(async () => {
  await influx?.stop();
});

/** What a migration leaves: the table again under new row numbers, with other columns. */
const MIGRATIONS: Readonly<Record<string, readonly string[]>> = {
  "columns that hold 0 are added": [
    `SELECT Z_PK + 7000, ZCREATIONDATE, ZBYTESFROMCACHETOCLIENT, ZREQUESTSFROMCLIENT, 0, 0, 0`,
    ...ADDED,
  ],
  "columns that hold numbers are read from then on": [
    `SELECT Z_PK, ZCREATIONDATE, ZBYTESFROMCACHETOCLIENT, ZREQUESTSFROMCLIENT, 3`,
    "ZBYTESDROPPED",
  ],
};

describe.skipIf(!here)(here ? "changed columns, on InfluxDB 1.6.7" : `changed columns: ${NO_ENGINES}`, () => {
  it.each(Object.entries(MIGRATIONS))(
    "rows count once in raw points and in days when %s",
    async (_, [select, ...added]) => {
      const folder = await mkdtemp(join(tmpdir(), "larder-columns-"));
      const database = `columns${added.length}`;
      await influx.createDatabase(database);
      const path = join(folder, "Metrics.db");
      const edit = async (work: (db: SqliteFile) => void): Promise<void> => {
        const db = await openSqliteFile(path);
        work(db);
        db.save();
        db.close();
      };
      const row = (db: SqliteFile, number: number, columns: number): void => {
        const values = [
          number,
          unixMsToApple(START + number * MINUTE),
          1000,
          1,
          ...Array.from({ length: columns }, () => 0),
        ];
        db.run(`INSERT INTO ZMETRIC VALUES (${values.join(", ")})`);
      };
      const pass = async (): Promise<void> => {
        const settings = collectorOptions.parse({
          sources: { metricsDb: { path }, metricsSqlite: { enabled: false }, managerStatus: { enabled: false } },
          sinks: [{ name: "influx", type: "influx1", url: influx.url, database }],
        });
        const collector = await createCollector({
          settings: { ...settings, server: "c", stateDir: join(folder, "state"), timezone: "Europe/Berlin" },
          log: silentLog,
          signal: new AbortController().signal,
          once: true,
        });
        const report = await collector.pass();
        await collector.close();
        expect(report.sources[0]?.problem).toBeUndefined();
        expect(report.sinks[0]).toMatchObject({ state: "ok", backlogBytes: 0 });
      };
      const sum = async (measurement: string, field: string): Promise<number> =>
        Number(await influx.value(database, `SELECT sum("${field}") FROM "${measurement}"`));

      await edit((db) => {
        db.run(
          "CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE REAL, ZBYTESFROMCACHETOCLIENT INTEGER, ZREQUESTSFROMCLIENT INTEGER)",
        );
        for (let number = 1; number <= 1000; number++) row(db, number, 0);
      });
      await pass();
      await edit((db) => {
        db.run("ALTER TABLE ZMETRIC RENAME TO old");
        const columns = [
          "ZCREATIONDATE REAL",
          "ZBYTESFROMCACHETOCLIENT INTEGER",
          "ZREQUESTSFROMCLIENT INTEGER",
          ...added,
        ];
        db.run(`CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ${columns.join(", ")})`);
        db.run(`INSERT INTO ZMETRIC ${select} FROM old ORDER BY Z_PK`);
        db.run("DROP TABLE old");
        for (let number = 8001; number <= 8005; number++) row(db, number, added.length);
      });
      await pass();
      await pass();
      for (const suffix of ["", "_1h", "_1d"]) {
        expect(await sum(`bytestoclients${suffix}`, "bytes.fromcache.toclients"), suffix).toBe(1_005_000);
        expect(await sum(`requests${suffix}`, "requests.fromclients"), suffix).toBe(1005);
        if (added.includes("ZBYTESDROPPED"))
          expect(await sum(`bytesdropped${suffix}`, "bytes.dropped"), suffix).toBe(3000);
      }
      expect(await sum("served_1d", "saved")).toBe(1_005_000);
      await rm(folder, { recursive: true });
    },
    60_000,
  );
});
