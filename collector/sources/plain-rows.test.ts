import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nativeAvailable, openReadOnly } from "../../core/sqlite/open.ts";
import type { SqliteDatabase, SqliteEngine } from "../../core/sqlite/sqlite.ts";
import { openSqliteFile } from "../../fixtures/content-cache/sqlite-file.ts";
import { PlainRows } from "./plain-rows.ts";

const NAMES = [
  "requests.fromclients",
  "bytes.fromcache.toclients",
  "bytes",
  "",
  "größe",
  "a,b",
  '"quoted"',
  "a b",
  "[]",
];
const plainRow = fc.tuple(
  fc.constantFrom(...NAMES).map((name) => `'${name}'`),
  fc.nat(4_000_000_000).map(String),
  fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String),
);
const oddCell = fc.constantFrom(
  "NULL",
  "1.0",
  "0.5",
  "-1e300",
  "9e999",
  "'7'",
  "''",
  "'a\n1'",
  "x'37'",
  "x'0a'",
  "'a,7]'",
);
const oddRow = fc
  .tuple(plainRow, fc.nat(2), oddCell)
  .map(([row, at, cell]) => row.map((own, i) => (i === at ? cell : own)));

interface Handed {
  readonly date: number;
  readonly name: string;
  readonly number: string;
}

function readPlain(db: SqliteDatabase, after = 0, limit = 100_000) {
  const columns = { table: "t", row: "rowid", metric: "n", date: "d", number: "v" };
  const handed: Handed[] = [];
  const plain = new PlainRows(db, columns, (name) => name);
  const read = plain.read(after, limit, (date, name, text, from, to) => {
    handed.push({ date, name, number: Buffer.from(text.subarray(from, to)).toString("latin1") });
    return true;
  });
  return { read, handed };
}

const expected = (db: SqliteDatabase): Handed[] =>
  db
    .all("SELECT d, n, v FROM t ORDER BY rowid")
    .map(([d, n, v]) => ({ date: Number(d), name: String(n), number: String(v) }));

for (const engine of ["portable", "native"] satisfies SqliteEngine[]) {
  describe.skipIf(engine === "native" && !nativeAvailable())(`PlainRows, ${engine}`, () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "larder-plain-"));
    });
    afterEach(async () => {
      await rm(folder, { recursive: true });
    });

    /** @param rows name, date and number of each, and its row number where it is not the next */
    async function withRows(rows: readonly (readonly string[])[], look: (db: SqliteDatabase) => void): Promise<void> {
      const path = join(folder, "t.sqlite");
      const file = await openSqliteFile(path);
      file.run("DROP TABLE IF EXISTS t");
      file.run("CREATE TABLE t (n, d, v)");
      file.run("BEGIN");
      for (const [n, d, v, number = "NULL"] of rows) {
        file.run(`INSERT INTO t (n, d, v, rowid) VALUES (${n}, ${d}, ${v}, ${number})`);
      }
      file.run("COMMIT");
      file.save();
      file.close();
      const db = await openReadOnly(path, { engine });
      try {
        look(db);
      } finally {
        db.close();
      }
    }

    it("hands over every plain row, exact and in order", async () => {
      const property = fc.asyncProperty(fc.array(plainRow, { maxLength: 30 }), async (rows) => {
        await withRows(rows, (db) => {
          const { read, handed } = readPlain(db);
          expect(read).toEqual({ rows: rows.length, last: rows.length });
          expect(handed).toEqual(expected(db));
        });
      });
      await fc.assert(property, { numRuns: 40 });
    });

    it("refuses rows among which is one of another kind, wherever it stands", async () => {
      const around = fc.array(plainRow, { maxLength: 5 });
      const odd = fc.array(oddRow, { minLength: 1, maxLength: 3 });
      // an integer where a name is wanted, and a NULL name beside one with a line break: the counts of both are right
      const known = [
        ["'a\n1'", "1", "1"],
        ["NULL", "1", "1"],
      ];
      const property = fc.asyncProperty(around, odd, around, async (before, rows, after) => {
        await withRows([...before, ...rows, ...after], (db) => {
          const { read, handed } = readPlain(db);
          const texts = db.all(
            "SELECT 1 FROM t WHERE typeof(n) <> 'text' OR instr(n, char(10)) OR typeof(d) <> 'integer' OR typeof(v) <> 'integer'",
          );
          if (texts.length > 0) expect(read).toBeUndefined();
          else expect(handed).toEqual(expected(db));
        });
      });
      await fc.assert(property, {
        numRuns: 60,
        examples: [
          [[], known, []],
          [[], known.slice(0, 1), []],
          [[], [["5", "1", "1"]], []],
        ],
      });
    });

    it("finds every row behind gaps, of whatever width, up to a limit", async () => {
      const gaps = fc.array(fc.constantFrom(1, 1, 2, 3_999, 4_000, 4_001, 50_000, 2 ** 40), { maxLength: 12 });
      const property = fc.asyncProperty(gaps, fc.nat(12), fc.nat(12), async (widths, skipped, limit) => {
        const numbers = widths.map((_, i) => widths.slice(0, i + 1).reduce((sum, width) => sum + width, 0));
        await withRows(
          numbers.map((number) => ["'a'", "1", String(number), String(number)]),
          (db) => {
            const after = numbers[skipped - 1] ?? 0;
            const wanted = numbers.filter((number) => number > after).slice(0, limit);
            const { read, handed } = readPlain(db, after, limit);
            expect(read).toEqual({ rows: wanted.length, last: wanted.at(-1) ?? after });
            expect(handed.map(({ number }) => Number(number))).toEqual(wanted);
          },
        );
      });
      await fc.assert(property, { numRuns: 40 });
    });

    it("goes on from portion to portion, from any row, up to a limit", async () => {
      const rows = Array.from({ length: 9_001 }, (_, i) => [`'${NAMES[i % 2]}'`, `${Math.floor(i / 2)}`, `${i}`]);
      await withRows(rows, (db) => {
        expect(readPlain(db).read).toEqual({ rows: 9_001, last: 9_001 });
        expect(readPlain(db).handed).toEqual(expected(db));
        expect(readPlain(db, 4_000, 5_000).read).toEqual({ rows: 5_000, last: 9_000 });
        expect(readPlain(db, 4_000, 5_000).handed).toEqual(expected(db).slice(4_000, 9_000));
        expect(readPlain(db, 9_001)).toEqual({ read: { rows: 0, last: 9_001 }, handed: [] });
      });
    });
  });
}
