/**
 * What every engine behind the SQLite seam must do, with a real owner of the database in another process.
 *
 * @module
 */
import { appendFile, chmod, copyFile, mkdir, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorCode } from "../errors.ts";
import { openReadOnly } from "./open.ts";
import type { OpenOptions, SqliteDatabase, SqliteEngine, SqliteValue } from "./sqlite.ts";
import { asNobody, contents, newFolder } from "./testing/folder.ts";
import { DatabaseOwner, noOwner } from "./testing/owner.ts";

const TABLE = "CREATE TABLE t(a INTEGER PRIMARY KEY, b)";
const MODES = ["delete", "wal"] as const;

/** Describes the contract for one engine. */
export function describeSqliteContract(engine: SqliteEngine): void {
  describe.skipIf(noOwner !== undefined)(`${engine} reads a database of another process`, () => {
    let folder: string;
    let path: string;
    const owners: DatabaseOwner[] = [];
    const opened: SqliteDatabase[] = [];

    beforeEach(async () => {
      folder = await newFolder();
      path = join(folder, "Metrics.sqlite");
    });
    afterEach(async () => {
      for (const database of opened.splice(0)) database.close();
      for (const owner of owners.splice(0)) await owner.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** A living owner with table t and one row. */
    async function owner(mode: "delete" | "wal" | "persist" | "truncate" = "delete"): Promise<DatabaseOwner> {
      const started = new DatabaseOwner(path);
      owners.push(started);
      await started.script(
        `PRAGMA journal_mode=${mode}`,
        "PRAGMA synchronous=OFF",
        "PRAGMA wal_autocheckpoint=0",
        TABLE,
      );
      await started.sql("INSERT INTO t VALUES(1, 'first')");
      return started;
    }

    async function openIt(options: OpenOptions = {}): Promise<SqliteDatabase> {
      const database = await openReadOnly(path, { engine, busyTimeoutMs: 2000, ...options });
      opened.push(database);
      return database;
    }

    /** Opens, reads, closes, and expects the folder to be as before. */
    async function readOnce(sql = "SELECT a, b FROM t ORDER BY a"): Promise<SqliteValue[][]> {
      const before = await contents(folder);
      const database = await openIt();
      const rows = [...database.rows(sql)];
      expect(database.all(sql)).toEqual(rows);
      database.close();
      expect(await contents(folder)).toEqual(before);
      return rows;
    }

    async function refusal(options: OpenOptions = {}): Promise<string | undefined> {
      const before = await contents(folder);
      const failure = await openReadOnly(path, { engine, busyTimeoutMs: 200, ...options }).then(
        (database) => {
          database.close();
          return undefined;
        },
        (error: unknown) => error,
      );
      expect(await contents(folder)).toEqual(before);
      return errorCode(failure);
    }

    it.each(MODES)("sees each commit and nothing before it, in %s mode", async (mode) => {
      const live = await owner(mode);
      expect(await readOnce()).toEqual([[1, "first"]]);
      await live.sql("INSERT INTO t VALUES(2, 'second')");
      expect(await readOnce()).toEqual([
        [1, "first"],
        [2, "second"],
      ]);
      await live.script("DELETE FROM t", "VACUUM");
      expect(await readOnce()).toEqual([]);
    });

    it.each(["persist", "truncate"] as const)(
      "is not stopped by the used journal that %s mode leaves",
      async (mode) => {
        await owner(mode);
        expect(await readOnce()).toEqual([[1, "first"]]);
      },
    );

    it("does not see uncommitted frames in the -wal, spilled or rolled back", async () => {
      const live = await owner("wal");
      await live.script("PRAGMA cache_size=4", "BEGIN");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 4000));
      expect((await stat(`${path}-wal`)).size).toBeGreaterThan(300_000);
      expect(await readOnce("SELECT count(*), sum(a) FROM t")).toEqual([[1, 1]]);
      await live.sql("ROLLBACK");
      expect(await readOnce("SELECT count(*), sum(a) FROM t")).toEqual([[1, 1]]);
      await live.sql("INSERT INTO t VALUES(2, 'after')");
      expect(await readOnce("SELECT count(*), sum(a) FROM t")).toEqual([[2, 3]]);
    });

    it("sees rows that are only in the -wal after the log was started anew", async () => {
      const live = await owner("wal");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 2000));
      await live.sql("PRAGMA wal_checkpoint(RESTART)");
      expect(await readOnce("SELECT count(*) FROM t")).toEqual([[2000]]);
      await live.sql("INSERT INTO t VALUES(5000, 'in a new log, over old frames')");
      expect(await readOnce("SELECT count(*) FROM t")).toEqual([[2001]]);
    });

    it("reads a WAL database whose owner has died, with and without its -shm", async () => {
      const live = await owner("wal");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 500));
      await live.kill();
      owners.length = 0;
      expect(await readOnce("SELECT count(*) FROM t")).toEqual([[500]]);
      await rm(`${path}-shm`);
      expect(await readOnce("SELECT count(*) FROM t")).toEqual([[500]]);
    });

    it("reads a WAL database that was closed, and leaves no -wal or -shm", async () => {
      await (await owner("wal")).close();
      expect(await readOnce()).toEqual([[1, "first"]]);
      expect(Object.keys(await contents(folder))).toEqual(["Metrics.sqlite"]);
    });

    it("reads a -wal with damage up to the last commit before it", async () => {
      const live = await owner("wal");
      await live.sql("INSERT INTO t VALUES(2, 'second')");
      const whole = (await stat(`${path}-wal`)).size;
      await live.sql("INSERT INTO t VALUES(3, 'third')");
      await live.kill();
      owners.length = 0;
      await truncate(`${path}-wal`, whole + 100);
      await appendFile(`${path}-wal`, Buffer.alloc(9000, 7));
      await rm(`${path}-shm`);
      expect(await readOnce("SELECT a FROM t ORDER BY a")).toEqual([[1], [2]]);
    });

    it("refuses a database with a hot rollback journal as locked", async () => {
      const live = await owner();
      await live.script("PRAGMA cache_size=4", "BEGIN");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 4000));
      expect(await refusal()).toBe("DB_LOCKED");
      await live.kill();
      owners.length = 0;
      expect(await refusal()).toBe("DB_LOCKED");
    });

    it("waits for a lock and reads when it is freed", async () => {
      const live = await owner();
      await live.script("PRAGMA cache_size=4", "BEGIN");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 4000));
      const reading = openIt({ busyTimeoutMs: 10_000 });
      await live.sql("COMMIT");
      expect((await reading).all("SELECT count(*) FROM t")).toEqual([[4000]]);
    });

    it("names a missing file, a folder, and what is no database", async () => {
      expect(await refusal()).toBe("DB_MISSING");
      await mkdir(path);
      expect(await refusalOf(path)).toBe("DB_NOT_A_DATABASE");
      await rm(path, { recursive: true });
      await writeFile(path, "<html>sign in</html>".repeat(500));
      expect(await refusal()).toBe("DB_NOT_A_DATABASE");
    });

    it("names a truncated and a damaged database", async () => {
      const live = await owner();
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 4000));
      await live.close();
      owners.length = 0;
      await copyFile(path, `${path}.whole`);
      await truncate(path, 8192);
      expect(await refusal()).toBe("DB_CORRUPT");
      await truncate(path, 60);
      expect(await refusal()).toBe("DB_CORRUPT");
      await copyFile(`${path}.whole`, path);
      await damage(path, 4096);
      const database = await openIt();
      expect(() => database.all("SELECT sum(length(b)) FROM t")).toThrow(
        expect.objectContaining({ code: "DB_CORRUPT" }),
      );
    });

    it("takes an empty file for a database without tables", async () => {
      await writeFile(path, "");
      const database = await openIt();
      expect(database.columns("t")).toEqual([]);
      expect(() => database.all("SELECT * FROM t")).toThrow(expect.objectContaining({ code: "DB_QUERY" }));
      expect(Object.keys(await contents(folder))).toEqual(["Metrics.sqlite"]);
    });

    it("keeps the database it opened when another takes its place", async () => {
      const live = await owner();
      await live.close();
      owners.length = 0;
      await rename(path, `${path}.old`);
      await (await owner()).sql("INSERT INTO t VALUES(2, 'new file')");
      await rename(path, `${path}.new`);
      await rename(`${path}.old`, path);
      const old = await openIt();
      expect(old.all("SELECT count(*) FROM t")).toEqual([[1]]);
      await rename(`${path}.new`, path);
      expect(old.all("SELECT count(*) FROM t")).toEqual([[1]]);
      expect((await openIt()).all("SELECT count(*) FROM t")).toEqual([[2]]);
    });

    it.skipIf(process.geteuid?.() !== 0)(
      "reads in a folder it may not write, and says when it may not read",
      async () => {
        await chmod(folder, 0o755);
        await (await owner("wal")).kill();
        owners.length = 0;
        await rm(`${path}-shm`);
        await asNobody(async () => {
          expect(await readOnce()).toEqual([[1, "first"]]);
        });
        await chmod(path, 0o600);
        await asNobody(async () => {
          expect(errorCode(await openReadOnly(path, { engine }).catch((error: unknown) => error))).toBe("DB_DENIED");
        });
      },
    );

    it("changes nothing, whatever it is asked", async () => {
      await owner();
      const before = await contents(folder);
      const database = await openIt();
      try {
        database.all("DELETE FROM t");
      } catch {
        // The native engine refuses; the portable one changes its own image.
      }
      database.close();
      expect(await contents(folder)).toEqual(before);
    });

    it.each(MODES)("works with its own engine on a living database in %s mode", async (mode) => {
      await owner(mode);
      expect((await openIt()).engine).toBe(engine);
    });

    it("neither loses nor repeats a row when a large integer comes in the middle of a result", async () => {
      const live = await owner("wal");
      await live.many("INSERT INTO t VALUES(?, ?)", [...manyRows(2, 50), [51, 2n ** 60n], ...manyRows(52, 90)]);
      const rows = (await openIt()).rows("SELECT a, b FROM t ORDER BY a");
      const seen = [rows.next().value[0], rows.next().value[0]];
      await live.sql("DELETE FROM t WHERE a % 2 = 0");
      const rest = [...rows];
      expect([...seen, ...rest.map(([a]) => a)]).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
      expect(rest[48]).toEqual([51, 2n ** 60n]);
    });

    it("gives columns in order, for any name of a table", async () => {
      const live = await owner();
      await live.sql(`CREATE TABLE "odd ""name'; --"("a b" TIMESTAMP, c, d VARCHAR(20))`);
      expect((await openIt()).columns(`odd "name'; --`)).toEqual([
        { name: "a b", type: "TIMESTAMP" },
        { name: "c", type: "" },
        { name: "d", type: "VARCHAR(20)" },
      ]);
    });

    it("keeps 64-bit integers, reals, text, blobs and NULL exact, and takes them as parameters", async () => {
      const live = await owner();
      await live.script("DELETE FROM t");
      await live.many(
        "INSERT INTO t VALUES(?, ?)",
        VALUES.map((value, index) => [index, value]),
      );
      const expected = VALUES.map((value, index) => [index, value]);
      expect(await readOnce()).toEqual(expected);
      const database = await openIt();
      for (const [index, value] of expected) {
        if (value === null) continue;
        expect(database.all("SELECT a FROM t WHERE b = ? AND '?' <> \"b\" -- ?\n AND a = ?", [value!, index!])).toEqual(
          [[index]],
        );
        expect(database.all("SELECT ?, typeof(?)", [value!, value!])[0]![0]).toEqual(value);
      }
      expect(database.all("SELECT typeof(?), typeof(?), typeof(?)", [3, 2 ** 40, 10n])).toEqual([
        ["integer", "integer", "integer"],
      ]);
    });

    it("gives several results at a time, closes them early, and says when it is closed", async () => {
      const live = await owner();
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 100));
      const database = await openIt();
      const first = database.rows("SELECT a FROM t ORDER BY a");
      const second = database.rows("SELECT a FROM t ORDER BY a DESC");
      expect([first.next().value, second.next().value, first.next().value]).toEqual([[1], [100], [2]]);
      first.return?.();
      expect(second.next().value).toEqual([99]);
      second.return?.();
      await live.sql("INSERT INTO t VALUES(500, 'the lock is free')");
      database.close();
      database.close();
      expect(() => database.all("SELECT 1")).toThrow(expect.objectContaining({ code: "DB_QUERY" }));
    });

    it.each(SHAPES)("reads %s", async (_name, before, after) => {
      for (const mode of MODES) {
        path = join(folder, `${mode}.sqlite`);
        const live = new DatabaseOwner(path);
        owners.push(live);
        await live.script(
          ...before,
          "PRAGMA synchronous=OFF",
          `PRAGMA journal_mode=${mode}`,
          "PRAGMA wal_autocheckpoint=0",
          ...after,
        );
        const sql = "SELECT * FROM s ORDER BY 1";
        const rows = await readOnce(sql);
        expect(rows.length).toBeGreaterThan(5);
        expect(rows).toEqual(await live.sql(sql));
        await live.close();
        owners.length = 0;
      }
    });

    async function refusalOf(place: string): Promise<string | undefined> {
      return errorCode(await openReadOnly(place, { engine }).catch((error: unknown) => error));
    }
  });
}

const VALUES: readonly SqliteValue[] = [
  null,
  0,
  -1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53 - 1,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2 ** 53 - 1),
  -(2n ** 53n),
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  0.1,
  -1.5e300,
  5e-324,
  "",
  "Größe 📦 'x'",
  "9007199254740993",
  new Uint8Array([0, 255, 1]),
];

const FILL = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)";

/** Name; statements before the journal mode is set; statements after. */
const SHAPES: [string, string[], string[]][] = [
  ...[512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536].map((size): [string, string[], string[]] => [
    `pages of ${size} bytes`,
    [`PRAGMA page_size=${size}`],
    ["CREATE TABLE s(a INTEGER PRIMARY KEY, b)", `INSERT INTO s ${FILL} SELECT i, hex(zeroblob(i)) FROM n`],
  ]),
  [
    "auto-vacuum, full, after rows were removed",
    ["PRAGMA auto_vacuum=FULL"],
    [
      "CREATE TABLE s(a INTEGER PRIMARY KEY, b)",
      `INSERT INTO s ${FILL} SELECT i, zeroblob(3000) FROM n`,
      "DELETE FROM s WHERE a % 3 <> 0",
    ],
  ],
  [
    "overflow pages",
    [],
    [
      "CREATE TABLE s(a INTEGER PRIMARY KEY, b)",
      `INSERT INTO s ${FILL} SELECT i, hex(randomblob(9000)) FROM n WHERE i < 20`,
    ],
  ],
  [
    "UTF-16",
    ["PRAGMA encoding='UTF-16'"],
    ["CREATE TABLE s(a INTEGER PRIMARY KEY, b)", `INSERT INTO s ${FILL} SELECT i, 'Größe 📦 ' || i FROM n`],
  ],
  [
    "a table without rowid",
    [],
    ["CREATE TABLE s(a TEXT PRIMARY KEY, b) WITHOUT ROWID", `INSERT INTO s ${FILL} SELECT 'k' || i, i * 1.5 FROM n`],
  ],
];

function manyRows(from: number, to: number): SqliteValue[][] {
  return Array.from({ length: to - from + 1 }, (_, index) => [from + index, "x".repeat(100)]);
}

/** Overwrites the second page on, so that the header stays whole. */
async function damage(path: string, from: number): Promise<void> {
  const size = (await stat(path)).size;
  await truncate(path, from);
  await appendFile(path, Buffer.alloc(size - from, 0xa5));
}
