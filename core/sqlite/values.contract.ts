/**
 * Values, results and shapes of databases that both engines must read alike.
 *
 * @module
 */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SqliteEngine, SqliteValue } from "./database.ts";
import { noOwner } from "./testing/owner.ts";
import { DatabaseWorld, manyRows } from "./testing/world.ts";

/** Describes the contract for one engine. */
export function describeValuesContract(engine: SqliteEngine): void {
  describe.skipIf(noOwner !== undefined)(`${engine} reads every value exactly`, () => {
    const world = new DatabaseWorld(engine);

    it("neither loses nor repeats a row when a large integer comes in the middle of a result", async () => {
      const live = await world.owner("wal");
      await live.many("INSERT INTO t VALUES(?, ?)", [...manyRows(2, 50), [51, 2n ** 60n], ...manyRows(52, 90)]);
      const rows = (await world.open()).rows("SELECT a, b FROM t ORDER BY a");
      const seen = [rows.next().value[0], rows.next().value[0]];
      await live.sql("DELETE FROM t WHERE a % 2 = 0");
      const rest = [...rows];
      expect([...seen, ...rest.map(([a]) => a)]).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
      expect(rest[48]).toEqual([51, 2n ** 60n]);
    });

    it("gives columns in order, for any name of a table", async () => {
      const live = await world.owner();
      await live.sql(`CREATE TABLE "odd ""name'; --"("a b" TIMESTAMP, c, d VARCHAR(20))`);
      expect((await world.open()).columns(`odd "name'; --`)).toEqual([
        { name: "a b", type: "TIMESTAMP" },
        { name: "c", type: "" },
        { name: "d", type: "VARCHAR(20)" },
      ]);
    });

    it("keeps 64-bit integers, reals, text, blobs and NULL exact, and takes them as parameters", async () => {
      const live = await world.owner();
      await live.script("DELETE FROM t");
      await live.many(
        "INSERT INTO t VALUES(?, ?)",
        VALUES.map((value, index) => [index, value]),
      );
      const expected = VALUES.map((value, index) => [index, value]);
      expect(await world.read()).toEqual(expected);
      const database = await world.open();
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
      const live = await world.owner();
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 100));
      const database = await world.open();
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
      for (const mode of ["delete", "wal"]) {
        world.path = join(world.folder, `${mode}.sqlite`);
        const live = world.start();
        await live.script(
          ...before,
          "PRAGMA synchronous=OFF",
          `PRAGMA journal_mode=${mode}`,
          "PRAGMA wal_autocheckpoint=0",
          ...after,
        );
        const sql = "SELECT * FROM s ORDER BY 1";
        const rows = await world.read(sql);
        expect(rows.length).toBeGreaterThan(5);
        expect(rows).toEqual(await live.sql(sql));
        await live.close();
      }
    });
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
      `INSERT INTO s ${FILL} SELECT i, hex(zeroblob(1500)) FROM n`,
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
