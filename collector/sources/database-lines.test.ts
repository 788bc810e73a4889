import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askLines, type Question, type SavingsRow, savings } from "../../core/history/history.ts";
import { silentLog } from "../../core/log.ts";
import { openSqliteFile } from "../../fixtures/content-cache/sqlite-file.ts";
import { readDatabase } from "./database-lines.ts";

const options = { tags: {}, server: "c1", log: silentLog, nowMs: Date.now };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "larder-database-lines-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function write(name: string, ...statements: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const db = await openSqliteFile(path);
  for (const statement of statements) db.run(statement);
  db.save();
  db.close();
  return path;
}

const all = async (path: string, using = options): Promise<string> =>
  Buffer.concat((await readDatabase(path, using)).pieces).toString("utf8");

describe("readDatabase()", () => {
  it("recognises each generation by its table", async () => {
    const newer = await write(
      "Metrics.db",
      "CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT INTEGER)",
      "INSERT INTO ZMETRIC VALUES (1, 200.25, 5)",
    );
    expect(await all(newer)).toBe("bytestoclients,server=c1 bytes.fromcache.toclients=5i 978307400250\n");
    const older = await write(
      "Metrics.sqlite",
      "CREATE TABLE statsData (entryIndex INTEGER PRIMARY KEY, collectionDate INTEGER, expirationDate INTEGER, metricName TEXT, dataValue INTEGER)",
      "INSERT INTO statsData VALUES (1, 1000, 2000, 'bytes.fromcache.toclients', 7)",
    );
    expect(await all(older)).toBe("bytestoclients,server=c1 bytes.fromcache.toclients=7i 1000000\n");
    expect((await readDatabase(older, options)).span).toEqual({ fromMs: 1_000_000, toMs: 1_000_000 });
    expect(readdirSync(folder).sort()).toEqual(["Metrics.db", "Metrics.sqlite"]);
  });

  it("refuses a database that is neither, and a file that is not there", async () => {
    const other = await write("other.db", "CREATE TABLE x (y)");
    await expect(readDatabase(other, options)).rejects.toMatchObject({ code: "SOURCE_SCHEMA" });
    await expect(readDatabase(join(folder, "none.db"), options)).rejects.toMatchObject({ code: "DB_MISSING" });
  });

  it("leaves rows that are not numbers out, and says how many", async () => {
    const path = await write(
      "broken.db",
      "CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT)",
      "INSERT INTO ZMETRIC VALUES (1, NULL, 5), (2, 200, 'many'), (3, 260, 6)",
    );
    const said: unknown[] = [];
    const log = { ...silentLog, warn: (...words: unknown[]) => void said.push(words) };
    const text = await all(path, { ...options, log });
    expect(text).toBe("bytestoclients,server=c1 bytes.fromcache.toclients=6i 978307460000\n");
    expect(said).toEqual([["rows that could not be read are left out", { path, rows: 2, reason: expect.any(String) }]]);
  });

  it("adds up to what the rows say, whatever they are, more than one chunk of them too", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 5 * 86_400 }), bytes: fc.maxSafeNat() }), { maxLength: 30 }),
        fc.nat({ max: 25_000 }),
        async (rows, more) => {
          const path = await write(
            "any.db",
            "DROP TABLE IF EXISTS ZMETRIC",
            "CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT INTEGER)",
            `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${more}) INSERT INTO ZMETRIC SELECT i, i, 1 FROM n WHERE ${more} > 0`,
            ...rows.map(
              ({ at, bytes }) =>
                `INSERT INTO ZMETRIC (ZCREATIONDATE, ZBYTESFROMCACHETOCLIENT) VALUES (${at}, ${bytes})`,
            ),
          );
          const question: Question<SavingsRow[]> = savings({ fromMs: 0, toMs: 4e12, by: "all", timeZone: "UTC" });
          const [found] = await askLines((await readDatabase(path, options)).pieces)([question]);
          const expected = rows.reduce((sum, { bytes }) => sum + BigInt(bytes), BigInt(more));
          expect(BigInt(found[0]?.served ?? 0)).toBe(expected);
        },
      ),
      { numRuns: 8 },
    );
  });
});
