import { existsSync, readFileSync, statSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openSqliteFile, type SqliteFile } from "../../../fixtures/content-cache/sqlite-file.ts";
import { sharedData } from "../../../fixtures/shared-data.ts";
import { type LiveWorld, testLiveWriter } from "../live-writer.contract.ts";
import { makeBench, NOON, testRowSource } from "../source.contract.ts";
import { metricsSqlite } from "./metrics-sqlite.ts";

const DECLARATIONS = {
  "entryIndex as primary key":
    "entryIndex INTEGER PRIMARY KEY, collectionDate INTEGER, expirationDate INTEGER, metricName TEXT, dataValue INTEGER",
  "plain columns": "entryIndex INT, collectionDate INT, expirationDate INT, metricName VARCHAR(64), dataValue BIGINT",
  "everything text": "entryIndex TEXT, collectionDate TEXT, expirationDate TEXT, metricName TEXT, dataValue TEXT",
  "no types at all": "entryIndex, collectionDate, expirationDate, metricName, dataValue",
  reals: "entryIndex REAL, collectionDate REAL, expirationDate REAL, metricName BLOB, dataValue NUMERIC",
};

const sqlValue = (value: number | bigint): string => value.toString();

function worldOf(title: string, columns: string): LiveWorld {
  return {
    name: `metrics-sqlite (${title})`,
    make(path) {
      const [file = path, chunk] = path.split("?");
      return metricsSqlite({ path: file, ...(chunk === undefined ? {} : { chunkRows: Number(chunk) }) });
    },
    makeWith: (path, options) => metricsSqlite({ path, ...options }),
    create: (db) => db.run(`CREATE TABLE statsData (${columns})`),
    add(db, row, timeMs, bytes, requests) {
      const date = Math.floor(timeMs / 1000);
      const insert = (offset: number, name: string, value: number | bigint) =>
        db.run(
          `INSERT INTO statsData VALUES (${row * 2 + offset}, ${date}, ${date + 604_800}, '${name}', ${sqlValue(value)})`,
        );
      insert(-1, "requests.fromclients", requests);
      insert(0, "bytes.fromcache.toclients", bytes);
    },
    rowsPerAdd: 2,
    purge: (db, beforeRow) =>
      db.run(`DELETE FROM statsData WHERE CAST(entryIndex AS INTEGER) <= ${(beforeRow - 1) * 2}`),
  };
}

const plain = worldOf("entryIndex as primary key", DECLARATIONS["entryIndex as primary key"]);
testRowSource(plain);
testLiveWriter(plain);
testRowSource(worldOf("plain columns", DECLARATIONS["plain columns"]));

async function database(path: string, columns: string, fill: (db: SqliteFile) => void): Promise<void> {
  const db = await openSqliteFile(path);
  db.run(`CREATE TABLE statsData (${columns})`);
  fill(db);
  db.save();
  db.close();
}

describe("metricsSqlite()", () => {
  it.each(Object.entries(DECLARATIONS))("reads %s", async (title, columns) => {
    const world = worldOf(title, columns);
    const bench = await makeBench(world);
    await database(bench.path, columns, (db) => {
      for (let i = 1; i <= 3; i++) world.add(db, i, NOON + i * 1000, 5, 1);
    });
    await bench.pass();
    expect(await bench.sums()).toEqual({ bytes: 15, requests: 3 });
    expect((await bench.pass()).sources[0]?.rows).toBe(0);
    await bench.remove();
  });

  it("writes one line for each measurement and collection", async () => {
    const bench = await makeBench(plain);
    await database(bench.path, DECLARATIONS["everything text"], (db) => {
      const names = [
        "bytes.fromcache.toclients",
        "bytes.fromorigin.toclients",
        "requests.fromclients",
        "bytes.dropped",
      ];
      names.forEach((name, i) => {
        db.run(`INSERT INTO statsData VALUES (${i + 1}, 1487115473, 1487720273, '${name}', ${i * 10})`);
      });
    });
    await bench.pass();
    expect(await bench.lines()).toEqual([
      "bytestoclients,server=c1,site_code=1234 bytes.fromcache.toclients=0i,bytes.fromorigin.toclients=10i 1487115473000",
      "requests,server=c1,site_code=1234 requests.fromclients=20i 1487115473000",
      "bytesdropped,server=c1,site_code=1234 bytes.dropped=30i 1487115473000",
    ]);
    await bench.remove();
  });

  it("leaves out what is not a number or has no date, says so, and takes the rest", async () => {
    const bench = await makeBench(plain);
    await database(bench.path, DECLARATIONS["no types at all"], (db) => {
      const rows = [
        "(1, 1487115473, 0, 'requests.fromclients', 5)",
        "(2, 1487115473, 0, 'bytes.dropped', 'many')",
        "(3, 1487115473, 0, 'bytes.dropped', 1.5)",
        "(4, NULL, 0, 'bytes.dropped', 1)",
        "(5, 'soon', 0, 'bytes.dropped', 1)",
        "(6, 1487115473, 0, NULL, 1)",
        "(7, 1487115473, 0, 'weather.sunny', 1)",
        "(8, 1487115473, 0, 'imports.byhttp', NULL)",
        "(9, 1487115474, 0, 'requests.fromclients', x'0102')",
        "(10, 1487115475, 0, 'requests.fromclients', 7)",
      ];
      for (const row of rows) db.run(`INSERT INTO statsData VALUES ${row}`);
    });
    const report = await bench.pass();
    expect(report.sources[0]).toMatchObject({ rows: 10, rejected: 5, problem: undefined });
    expect(await bench.sums()).toEqual({ bytes: 0, requests: 12 });
    await bench.remove();
  });

  it("goes on after a VACUUM that renumbered the rows of a table without a key", async () => {
    const columns = DECLARATIONS["plain columns"];
    const world = worldOf("plain", columns);
    const bench = await makeBench(world);
    await database(bench.path, columns, (db) => {
      for (let i = 1; i <= 6; i++) world.add(db, i, NOON + i * 60_000, 5, i);
    });
    await bench.pass();
    const db = await openSqliteFile(bench.path);
    db.run("DELETE FROM statsData WHERE rowid <= 6");
    db.run("VACUUM");
    world.add(db, 7, NOON + 7 * 60_000, 5, 7);
    db.save();
    db.close();
    expect((await bench.pass()).sources[0]).toMatchObject({ rows: 2, problem: undefined });
    expect(await bench.sums()).toEqual({ bytes: 35, requests: 28 });
    await bench.remove();
  });

  it.skipIf(!existsSync("/proc/self/io"))(
    "does not read an unchanged file with sql.js (skipped where the system counts no reads)",
    async () => {
      const bench = await makeBench(plain);
      const source = metricsSqlite({ path: bench.path, engine: "portable" });
      await database(bench.path, DECLARATIONS["entryIndex as primary key"], (db) => {
        db.run(`INSERT INTO statsData WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
          SELECT i, ${NOON / 1000} + i, ${NOON / 1000} + 604800 + i, 'requests.fromclients', 1 FROM n`);
      });
      const { size } = statSync(bench.path);
      await setTimeout(50);
      const bytesRead = (): number => Number(/rchar: (\d+)/.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
      const before = bytesRead();
      await bench.pass(source);
      const first = bytesRead() - before;
      await bench.pass(source);
      const second = bytesRead() - before - first;
      expect(first).toBeGreaterThan(size);
      expect(second).toBeLessThan(size / 2);
      await bench.remove();
    },
  );

  const sample = sharedData("metrics/schema/statsData-select-sample-seed.txt");
  it.skipIf(sample === undefined)("reads the real sample batch (skipped where the file is not there)", async () => {
    const full: Record<string, string> = {
      "bytes.fromcache.toclien": "bytes.fromcache.toclients",
      "bytes.fromorigin.toclie": "bytes.fromorigin.toclients",
      "bytes.frompeers.toclien": "bytes.frompeers.toclients",
      "replies.fromcache.tocli": "replies.fromcache.toclients",
      "replies.fromorigin.tocl": "replies.fromorigin.toclients",
    };
    const bench = await makeBench(plain);
    await database(bench.path, DECLARATIONS["entryIndex as primary key"], (db) => {
      for (const line of readFileSync(sample ?? "", "utf8").split("\n")) {
        const found = /^(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)/.exec(line);
        if (found === null) continue;
        const name = full[found[4] ?? ""] ?? found[4];
        db.run(`INSERT INTO statsData VALUES (${found[1]}, ${found[2]}, ${found[3]}, '${name}', ${found[5]})`);
      }
    });
    await bench.pass();
    expect(await bench.sums()).toEqual({ bytes: 907, requests: 61 });
    await bench.remove();
  });
});
