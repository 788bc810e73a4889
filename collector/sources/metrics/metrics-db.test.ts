import { describe, expect, it } from "vitest";
import { unixMsToApple } from "../../../core/time/apple-time.ts";
import { openSqliteFile } from "../../../fixtures/content-cache/sqlite-file.ts";
import { type LiveWorld, testLiveWriter } from "../live-writer.contract.ts";
import { makeBench, NOON, testRowSource } from "../source.contract.ts";
import { metricsDb } from "./metrics-db.ts";

const world: LiveWorld = {
  name: "metrics-db",
  make(path) {
    const [file = path, chunk] = path.split("?");
    return metricsDb({ path: file, ...(chunk === undefined ? {} : { chunkRows: Number(chunk) }) });
  },
  makeWith: (path, options) => metricsDb({ path, ...options }),
  create: (db) =>
    db.run(
      "CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZCREATIONDATE TIMESTAMP, ZPERIOD INTEGER, ZBYTESFROMCACHETOCLIENT INTEGER, ZREQUESTSFROMCLIENT INTEGER, ZBYTESPURGEDTOTAL INTEGER)",
    ),
  add: (db, row, timeMs, bytes, requests) =>
    db.run(
      `INSERT INTO ZMETRIC VALUES (${row}, 1, 1, ${unixMsToApple(timeMs) + 0.25}, 60, ${bytes.toString()}, ${requests}, NULL)`,
    ),
  rowsPerAdd: 1,
  purge: (db, beforeRow) => db.run(`DELETE FROM ZMETRIC WHERE Z_PK < ${beforeRow}`),
};
testRowSource(world);
testLiveWriter(world);

describe("metricsDb()", () => {
  it("stamps rows to the millisecond and leaves NULL out", async () => {
    const bench = await makeBench(world);
    const db = await openSqliteFile(bench.path);
    world.create(db);
    db.run("INSERT INTO ZMETRIC VALUES (1, 1, 1, 200.25, 60, 5, NULL, 0)");
    db.run("INSERT INTO ZMETRIC VALUES (2, 1, 1, 260, NULL, NULL, NULL, NULL)");
    db.save();
    db.close();
    const report = await bench.pass();
    expect(report.sources[0]).toMatchObject({ rows: 2, lines: 2, rejected: 0 });
    expect(await bench.lines()).toEqual([
      "bytestoclients,server=c1,site_code=1234 bytes.fromcache.toclients=5i 978307400250",
      "bytespurged,server=c1,site_code=1234 bytes.purged.total=0i 978307400250",
    ]);
    await bench.remove();
  });

  it("needs nothing but the date, and reports columns it does not know once", async () => {
    const bench = await makeBench(world);
    const db = await openSqliteFile(bench.path);
    db.run("CREATE TABLE ZMETRIC (ZCREATIONDATE REAL, ZBYTESFROMMOONTOCLIENT INTEGER, zbytesdropped INTEGER)");
    db.run(`INSERT INTO ZMETRIC VALUES (${unixMsToApple(NOON)}, 4, 5)`);
    db.run("INSERT INTO ZMETRIC VALUES (NULL, 4, 5)");
    db.save();
    db.close();
    const report = await bench.pass();
    expect(report.sources[0]).toMatchObject({ rows: 2, lines: 0, rejected: 1, problem: undefined });
    await bench.remove();
  });

  it("says how new its newest row is, whatever a clock in the future wrote between", async () => {
    const bench = await makeBench(world);
    const now = Date.now();
    const db = await openSqliteFile(bench.path);
    world.create(db);
    world.add(db, 1, now - 120_000, 1, 1);
    for (let row = 2; row < 12; row++) world.add(db, row, Date.UTC(2038, 0) + row * 1000, 1, 1);
    for (let row = 12; row < 22; row++) world.add(db, row, Date.UTC(2001, 5) + row * 1000, 1, 1);
    world.add(db, 22, now - 60_000, 1, 1);
    db.save();
    db.close();
    const report = await bench.pass();
    expect(now - 60_000 - (report.sources[0]?.newestMs ?? 0)).toBeLessThan(1000);
    expect(await bench.sums()).toEqual({ bytes: 22, requests: 22 });
    await bench.remove();
  });

  it("takes the good numbers of a row that holds a bad one", async () => {
    const bench = await makeBench(world);
    const db = await openSqliteFile(bench.path);
    world.create(db);
    db.run(`INSERT INTO ZMETRIC VALUES (1, 1, 1, ${unixMsToApple(NOON)}, 60, 'lots', 3, 2.5)`);
    db.save();
    db.close();
    expect((await bench.pass()).sources[0]).toMatchObject({ rows: 1, rejected: 1 });
    expect(await bench.sums()).toEqual({ bytes: 0, requests: 3 });
    await bench.remove();
  });
});
