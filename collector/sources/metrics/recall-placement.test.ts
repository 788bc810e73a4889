import { describe, expect, it } from "vitest";
import type { SqliteDatabase, SqliteValue } from "../../../core/sqlite/sqlite.ts";
import type { SourceContext } from "../source.ts";
import type { Held } from "./already-journaled.ts";
import { BESIDE_MS } from "./placement.ts";
import { forwardPlacement, type GoingOn, recallPlacement } from "./recall-placement.ts";
import { FIRST, type RowCursor } from "./row-cursor.ts";
import type { RowReading, RowValues } from "./row-reading.ts";

const NOON = 1_700_000_000_000;

/** Number, key, time, value. */
type Row = readonly [number, string | null, number | null, number];

const reading: RowReading = {
  table: "t",
  row: "n",
  columns: ["key", "at", "value"],
  mayMove: false,
  measurements: new Set(["m"]),
  baseMs: (values) => (typeof values[2] === "number" ? values[2] : undefined),
  between: (fromMs, toMs) => ({ sql: "at BETWEEN ? AND ?", parameters: [fromMs, toMs] }),
  slotKey: (values) => (typeof values[1] === "string" ? values[1] : undefined),
  says: (values) => new Map([["f", String(values[3])]]),
  emit: () => undefined,
  async *held(lines, { fromMs, toMs }) {
    for await (const line of lines) {
      const [key = "", at, value = ""] = line.split(" ");
      const held: Held = { key, timeMs: Number(at), fields: new Map([["f", value]]) };
      if (held.timeMs >= fromMs && held.timeMs <= toMs) yield held;
    }
  },
};

/** Answers the two questions that are asked of the table as SQLite does, and counts the rows it gave. */
class Table {
  given = 0;
  readonly #rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  *#select(sql: string, parameters: readonly SqliteValue[]): Generator<SqliteValue[]> {
    const [row, fromMs, toMs] = parameters.map(Number) as [number, number?, number?];
    const found = this.#rows.filter(
      ([n, , at]) => n <= row && (fromMs === undefined || (at !== null && at >= fromMs && at <= Number(toMs))),
    );
    const head = "SELECT n, key, at, value FROM t WHERE n <= ?";
    expect([`${head} ORDER BY n DESC`, `${head} AND at BETWEEN ? AND ? ORDER BY n`]).toContain(sql);
    for (const each of sql.endsWith("DESC") ? found.toReversed() : found) {
      this.given++;
      yield [...each];
    }
  }

  goingOn(cursor: Partial<RowCursor>): GoingOn {
    const db = { rows: (sql: string, parameters: readonly SqliteValue[]) => this.#select(sql, parameters) };
    return { db: db as unknown as SqliteDatabase, reading, cursor: { ...FIRST, ...cursor } };
  }
}

const values = (key: string, value: number): RowValues => [0, key, 0, value];
const knownFrom = (placement: { knows(ms: number): boolean }): number =>
  [-1, 0, 1, 2, 3, 4, 5].find((ms) => placement.knows(NOON + ms)) ?? Number.NaN;

describe("forwardPlacement()", () => {
  it("goes on behind the rows of the newest time, key by key", () => {
    const table = new Table([
      [1, "a", NOON, 1],
      [2, "a", NOON, 2],
      [3, "b", NOON, 3],
      [4, null, NOON, 4],
      [5, "a", NOON, 5],
    ]);
    const placement = forwardPlacement(table.goingOn({ row: 4, newestMs: NOON, atNewest: 4 }));
    expect(knownFrom(placement)).toBe(0);
    expect(["a", "b", "c"].map((key) => placement.place(NOON, key) - NOON)).toEqual([2, 1, 0]);
  });

  it("places rows in the order of the source, with those that pushed them on", () => {
    const table = new Table([
      [1, "a", NOON - 1, 1],
      [2, "a", NOON - 1, 2],
      [3, "a", NOON, 3],
    ]);
    const placement = forwardPlacement(table.goingOn({ row: 3, newestMs: NOON, atNewest: 1 }));
    expect(placement.place(NOON, "a") - NOON).toBe(2);
  });

  it("looks back a second before the newest time and no further; a row without a date is passed over", () => {
    const table = new Table([
      [1, "a", NOON - 2 * BESIDE_MS, 1],
      [2, "a", NOON - BESIDE_MS - 1, 1],
      [3, "a", NOON - BESIDE_MS, 1],
      [4, "a", null, 1],
      [5, "a", NOON, 1],
    ]);
    const placement = forwardPlacement(table.goingOn({ row: 5, newestMs: NOON, atNewest: 1 }));
    expect(table.given).toBe(4);
    expect(placement.place(NOON, "a") - NOON).toBe(1);
  });

  it("asks nothing of a table of which no row was taken", () => {
    const table = new Table([[0, "a", NOON, 1]]);
    expect(forwardPlacement(table.goingOn({ row: 0 })).knows(0)).toBe(false);
    expect(table.given).toBe(0);
  });

  it("does not know the newest time where rows of it are gone, nor times up to a step back or an overlap", () => {
    const table = new Table([[1, "a", NOON, 1]]);
    const from = (cursor: Partial<RowCursor>) =>
      knownFrom(forwardPlacement(table.goingOn({ row: 1, newestMs: NOON, atNewest: 1, ...cursor })));
    expect(from({})).toBe(0);
    expect(from({ atNewest: 0 })).toBe(0);
    expect(from({ atNewest: 2 })).toBe(1);
    expect(from({ steppedMs: NOON + 2 })).toBe(3);
    expect(from({ overlapMs: NOON + 3 })).toBe(4);
  });

  it("does not count rows of earlier times for those of the newest", () => {
    const table = new Table([[1, "a", NOON - 1, 1]]);
    expect(knownFrom(forwardPlacement(table.goingOn({ row: 2, newestMs: NOON, atNewest: 1 })))).toBe(1);
  });

  it("gives up looking back over more rows of a time than can be", () => {
    const rows = Array.from({ length: 100_010 }, (_, i): Row => [i + 1, "a", NOON, 1]);
    const table = new Table(rows);
    const placement = forwardPlacement(table.goingOn({ row: rows.length, newestMs: NOON, atNewest: rows.length }));
    expect(table.given).toBe(100_002);
    expect(knownFrom(placement)).toBe(1);
  });
});

describe("recallPlacement()", () => {
  const span = { fromMs: NOON, toMs: NOON + 10 };

  /** The placement of a span, over lines of the journal and rows of the table. */
  async function recall(lines: readonly string[], rows: readonly Row[], cursor: Partial<RowCursor>) {
    const asked: unknown[] = [];
    const context = {
      async *alreadyTaken(...question: unknown[]) {
        asked.push(question);
        yield* lines;
      },
    } as unknown as SourceContext;
    const remembering = await recallPlacement(reading, span, context);
    const table = new Table(rows);
    return { placement: remembering(table.goingOn(cursor)), asked, table };
  }

  it("asks the journal for a second more on both sides, and knows the span", async () => {
    const { placement, asked } = await recall([], [], {});
    expect(asked).toEqual([[reading.measurements, NOON - BESIDE_MS, NOON + 10 + BESIDE_MS]]);
    expect([-1, 0, 10, 11].map((ms) => placement.knows(NOON + ms))).toEqual([false, true, true, false]);
  });

  it("recognises what the journal holds, within what the cursor says of overlap, change and reports", async () => {
    const lines = [`a ${NOON} 7`, `a ${NOON + 500} 8`];
    const overlap = await recall(lines, [], { overlapMs: NOON });
    expect(overlap.placement.place(NOON, "a", values("a", 7))).toMatchObject({ timeMs: NOON });
    expect(overlap.placement.place(NOON, "a", values("a", 8))).toBe(NOON + 1);
    const reported = await recall(lines, [], { overlapMs: NOON, reportedMs: NOON });
    expect(reported.placement.place(NOON, "a", values("a", 8))).toMatchObject({ timeMs: NOON + 500 });
    const none = await recall(lines, [], { overlapMs: NOON - 1, reportedMs: NOON });
    expect(none.placement.place(NOON, "a", values("a", 7))).toBe(NOON + 1);
  });

  it("lets rows of this numbering that were taken already claim their own first", async () => {
    const lines = [`a ${NOON} 7`, `a ${NOON + 1} 7`];
    const { placement } = await recall(lines, [[1, "a", NOON, 7]], { row: 1, overlapMs: NOON + 5 });
    expect(placement.place(NOON, "a", values("a", 7))).toMatchObject({ timeMs: NOON + 1 });
    expect(placement.place(NOON, "a", values("a", 7))).toBe(NOON + 2);
  });

  it("claims for rows from a second before the span up to the overlap, and for no row not taken yet", async () => {
    const rows: Row[] = [
      [1, "a", NOON - BESIDE_MS - 1, 1],
      [2, "a", NOON - BESIDE_MS, 2],
      [3, "a", NOON + 5, 3],
      [4, "a", NOON + 6, 4],
      [5, "a", NOON + 7, 5],
      [6, "a", NOON + 5, 6],
    ];
    const { placement, table } = await recall([], rows, { row: 5, overlapMs: NOON + 5 });
    expect(table.given).toBe(3);
    expect([0, 5, 6].map((ms) => Number(placement.place(NOON + ms, "a", values("a", 9))) - NOON)).toEqual([0, 6, 7]);
  });

  it("asks the table nothing where the span lies behind the overlap", async () => {
    const { table } = await recall([], [[1, "a", NOON, 1]], { row: 1, overlapMs: NOON - 1 });
    expect(table.given).toBe(0);
    const { table: touching } = await recall([], [[1, "a", NOON, 1]], { row: 1, overlapMs: NOON });
    expect(touching.given).toBe(1);
  });
});
