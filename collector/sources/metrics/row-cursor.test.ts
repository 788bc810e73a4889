import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../../core/journal/journal.ts";
import { openReadOnly, type SqliteDatabase } from "../../../core/sqlite/sqlite.ts";
import { openSqliteFile } from "../../../fixtures/content-cache/sqlite-file.ts";
import { FIRST, findLast, guardText, parseRowCursor, type RowCursor, type RowNumbering, resume } from "./row-cursor.ts";

const NOON = 1_700_000_000_000;
const CURSOR: RowCursor = {
  row: 5,
  guard: "g",
  newestMs: NOON,
  atNewest: 2,
  steppedMs: 3,
  overlapMs: 4,
  columns: "c",
  changedMs: 6,
  reportedMs: 7,
  stamp: "s",
};

describe("parseRowCursor()", () => {
  it("reads what was written, and nothing else of it", () => {
    expect(parseRowCursor({ ...CURSOR } as Json)).toEqual(CURSOR);
    expect(parseRowCursor({ ...CURSOR, other: 1 } as Json)).toEqual(CURSOR);
  });

  it("reads a cursor of version 0.1, which named no columns", () => {
    const { columns: _, changedMs: __, reportedMs: ___, ...old } = CURSOR;
    expect(parseRowCursor(old)).toEqual({ ...old, columns: "", changedMs: 0, reportedMs: 0 });
  });

  it.each(Object.keys(CURSOR))("takes nothing where %s is of another type, or not whole", (key) => {
    expect(parseRowCursor({ ...CURSOR, [key]: true })).toBeUndefined();
    if (typeof CURSOR[key as keyof RowCursor] === "number") {
      expect(parseRowCursor({ ...CURSOR, [key]: 0.5 })).toBeUndefined();
    }
  });

  it("says nothing before the first row", () => {
    const none = { ...{ newestMs: 0, atNewest: 0, steppedMs: 0, overlapMs: 0, changedMs: 0, reportedMs: 0 } };
    expect(FIRST).toEqual({ ...none, row: 0, guard: "", columns: "", stamp: "" });
  });

  it.each([undefined, null, 5, "row", [1]])("takes nothing from %j", (json) => {
    expect(parseRowCursor(json as Json | undefined)).toBeUndefined();
  });
});

describe("guardText()", () => {
  it("shows the last value, and tells rows apart that differ in any", () => {
    expect(guardText(["a", 1])).toMatch(/^1\|[0-9a-f]+$/);
    const rows = [["a", 1], ["b", 1], ["a", 2], ["a1"], [null, 1], ["a", "", 1], [1, "a"]];
    expect(guardText(["a", "b", 3])).toMatch(/^3\|/);
    expect(new Set(rows.map(guardText)).size).toBe(rows.length);
  });
});

describe("resume()", () => {
  const KEYED: RowNumbering = { table: "t", row: "n", columns: ["'x'", "name", "at"], mayMove: false };
  const MOVABLE: RowNumbering = { ...KEYED, mayMove: true };
  let folder: string;
  let files = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "larder-cursor-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What is read from a table of these rows: number, name, time. */
  async function read<T>(
    rows: readonly (readonly [number, string, string | number])[],
    use: (db: SqliteDatabase) => T,
  ): Promise<T> {
    const path = join(folder, `${files++}.sqlite`);
    const file = await openSqliteFile(path);
    file.run("CREATE TABLE t (n INTEGER PRIMARY KEY, name, at)");
    for (const row of rows) file.run("INSERT INTO t VALUES (?, ?, ?)", row);
    file.save();
    file.close();
    const db = await openReadOnly(path, { engine: "portable" });
    try {
      return use(db);
    } finally {
      db.close();
    }
  }

  /** The cursor of a first pass that took row `n`. */
  const taken = (n: number, name: string, at: string | number): RowCursor => ({
    ...CURSOR,
    row: n,
    guard: guardText(["x", name, at]),
    columns: "",
  });
  const columnsOf = async (numbering: RowNumbering) =>
    (await read([], (db) => resume(db, numbering, FIRST))).cursor.columns;

  it("begins with the first row, and names the columns", async () => {
    const { cursor, outcome } = await read([[1, "a", 1]], (db) => resume(db, KEYED, FIRST));
    expect(outcome).toBe("first");
    expect(cursor).toEqual({ ...FIRST, columns: await columnsOf(KEYED) });
    expect(cursor.columns).toMatch(/^[0-9a-f]+$/);
    expect(await columnsOf({ ...KEYED, columns: ["'x'", "namea", "t"] })).not.toBe(cursor.columns);
  });

  it("goes on after the last row taken, whatever came before and after it", async () => {
    const before = taken(5, "a", 10);
    const rows = [
      [4, "z", 10],
      [5, "a", 10],
      [6, "b", 11],
    ] as const;
    expect(await read(rows, (db) => resume(db, KEYED, before))).toEqual({
      cursor: { ...before, columns: await columnsOf(KEYED) },
      outcome: "continued",
    });
  });

  it("goes on with the first row there is where the last one taken was purged", async () => {
    const before = taken(5, "a", 10);
    expect(
      await read(
        [
          [6, "b", 11],
          [7, "a", 10],
        ],
        (db) => resume(db, KEYED, before),
      ),
    ).toEqual({
      cursor: { ...before, columns: await columnsOf(KEYED), overlapMs: NOON },
      outcome: "purged",
    });
    const later = { ...before, overlapMs: NOON + 1 };
    expect((await read([[6, "b", 11]], (db) => resume(db, KEYED, later))).cursor.overlapMs).toBe(NOON + 1);
  });

  it.each([
    [
      "its number is another row's now",
      [
        [4, "z", 10],
        [5, "b", 11],
        [6, "a", 10],
      ],
    ],
    ["its number is the first, and another row's", [[5, "b", 11]]],
    [
      "it is gone and earlier ones are there",
      [
        [4, "z", 10],
        [6, "b", 11],
      ],
    ],
  ] as const)("looks at every row again where %s", async (_, rows) => {
    const before = { ...taken(5, "a", 10), columns: await columnsOf(KEYED) };
    expect(await read(rows, (db) => resume(db, KEYED, before))).toEqual({
      cursor: {
        ...FIRST,
        columns: before.columns,
        overlapMs: NOON,
        changedMs: before.changedMs,
        reportedMs: before.reportedMs,
      },
      outcome: "renumbered",
    });
  });

  it("does not know the columns of rows that version 0.1 took", async () => {
    const { cursor } = await read([[1, "b", 11]], (db) => resume(db, KEYED, taken(5, "a", 10)));
    expect(cursor.changedMs).toBe(NOON);
  });

  it("waits while the table is empty", async () => {
    const before = taken(5, "a", 10);
    expect(await read([], (db) => resume(db, KEYED, before))).toEqual({ cursor: before, outcome: "continued" });
  });

  it("looks at every row again where the columns are others, found or purged", async () => {
    const before = { ...taken(5, "a", 10), columns: "other" };
    const cursor = { ...FIRST, columns: await columnsOf(KEYED), overlapMs: NOON, changedMs: NOON, reportedMs: 7 };
    expect(await read([[5, "a", 10]], (db) => resume(db, KEYED, before))).toEqual({ cursor, outcome: "changed" });
    expect(await read([[6, "b", 11]], (db) => resume(db, KEYED, before))).toEqual({ cursor, outcome: "changed" });
  });

  it.each([10, -10, "x'y", "1234567890123456"])(
    "finds a row again that a VACUUM has moved, by its last column %j",
    async (at) => {
      const before = taken(5, "a", at);
      const rows = [
        [5, "z", 7],
        [8, "b", at],
        [9, "a", at],
      ] as const;
      expect(await read(rows, (db) => findLast(db, MOVABLE, before))).toBe(9);
      expect(await read(rows, (db) => findLast(db, KEYED, before))).toBeUndefined();
      expect((await read(rows, (db) => resume(db, MOVABLE, before))).cursor.row).toBe(9);
      expect(await read(rows.slice(0, 2), (db) => findLast(db, MOVABLE, before))).toBeUndefined();
    },
  );
});
