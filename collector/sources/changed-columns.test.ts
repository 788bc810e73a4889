import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { queryHistory } from "../../core/history/history.ts";
import { runs } from "../../core/testing/runs.ts";
import { unixMsToApple } from "../../core/time/apple-time.ts";
import { openSqliteFile, type SqliteFile } from "../../fixtures/content-cache/sqlite-file.ts";
import { ZMETRIC_PLACES } from "../mapping/zmetric.ts";
import { metricsDb } from "./metrics/metrics-db.ts";
import { makeBench, NOON, type SourceWorld } from "./source.contract.ts";

const MINUTE = 60_000;
const KNOWN = [...ZMETRIC_PLACES.keys()];
const FIRST_COLUMNS = KNOWN.slice(0, 4);
const WIDE = { fromMs: Date.UTC(2000, 0), toMs: Date.UTC(2100, 0), by: "all", timeZone: "UTC" } as const;

interface ModelRow {
  readonly timeMs: number;
  readonly values: Map<string, number | null>;
  /** Fields the journal must hold of it. */
  readonly taken: Map<string, number>;
}

/** Metrics.db as Apple's migrations may leave it, and what the journal must hold of it. */
class Migrating {
  readonly rows: ModelRow[] = [];
  columns: string[] = [...FIRST_COLUMNS];
  #free = KNOWN.slice(FIRST_COLUMNS.length);
  #foreign = 0;
  #firstNumber = 1000;

  add(timeMs: number, value: (column: string) => number | null): void {
    const values = new Map(this.columns.map((column) => [column, value(column)]));
    this.rows.push({ timeMs, values, taken: new Map() });
  }

  /** A column with a default for old rows: one we read or one we do not. */
  addColumn(old: number | null, known: boolean): void {
    const name = known ? this.#free.shift() : `ZFOREIGN${this.#foreign++}`;
    if (name === undefined) return;
    this.columns.push(name);
    for (const { values } of this.rows) values.set(name, old);
  }

  dropColumn(at: number): void {
    this.columns.splice(at % this.columns.length, 1);
  }

  /** To a name we read, as a newer larder reads what an older one did not, or to one we do not. */
  renameColumn(at: number, known: boolean): void {
    const index = at % this.columns.length;
    const name = known ? this.#free.shift() : `ZFOREIGN${this.#foreign++}`;
    const old = this.columns[index];
    if (name === undefined || old === undefined) return;
    this.columns[index] = name;
    for (const { values } of this.rows) values.set(name, values.get(old) ?? null);
  }

  renumber(by: number): void {
    this.#firstNumber += by;
  }

  /** Writes the whole database again, as a migration does. */
  async write(path: string): Promise<void> {
    const db: SqliteFile = await openSqliteFile(path);
    db.run("DROP TABLE IF EXISTS ZMETRIC");
    db.run(
      `CREATE TABLE ZMETRIC (${["Z_PK INTEGER PRIMARY KEY", "ZCREATIONDATE TIMESTAMP", ...this.columns].join(", ")})`,
    );
    this.rows.forEach(({ timeMs, values }, i) => {
      const numbers = this.columns.map((column) => values.get(column) ?? null);
      const marks = numbers.map(() => "?").join(", ");
      db.run(`INSERT INTO ZMETRIC VALUES (?, ?${marks === "" ? "" : `, ${marks}`})`, [
        this.#firstNumber + i,
        unixMsToApple(timeMs),
        ...numbers,
      ]);
    });
    db.save();
    db.close();
  }

  /** A pass sees the database as it is. */
  take(): void {
    for (const { values, taken } of this.rows) {
      for (const column of this.columns) {
        const field = ZMETRIC_PLACES.get(column)?.field;
        const value = values.get(column);
        if (field !== undefined && typeof value === "number" && !taken.has(field)) taken.set(field, value);
      }
    }
  }

  sums(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { taken } of this.rows) {
      for (const [field, value] of taken) sums[field] = (sums[field] ?? 0) + value;
    }
    return sums;
  }
}

const world: Pick<SourceWorld, "make"> = { make: (path) => metricsDb({ path, chunkRows: 7 }) };

async function journalSums(folder: string): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const measurement of new Set([...ZMETRIC_PLACES.values()].map((place) => place.measurement))) {
    for (const row of await queryHistory(folder, { measurement, ...WIDE })) {
      for (const [field, sum] of Object.entries(row.sums)) sums[field] = Number(sum);
    }
  }
  return sums;
}

const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("rows" as const),
      steps: fc.array(fc.constantFrom(0, 1000, MINUTE), { minLength: 1, maxLength: 8 }),
      seed: fc.nat(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("column" as const), old: fc.constantFrom(0, null), known: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rename" as const), at: fc.nat(), known: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("renumber" as const), by: fc.constantFrom(-3, 5, 1000) }) },
  { weight: 4, arbitrary: fc.constant({ kind: "pass" as const }) },
);

describe("rows of Metrics.db whose columns change", () => {
  it("count once, and get the fields they lack in the journal, over any history of migrations", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 16 }), async (history) => {
        const bench = await makeBench(world as SourceWorld);
        const database = new Migrating();
        let clock = NOON;
        const pass = async (): Promise<void> => {
          await database.write(bench.path);
          expect((await bench.pass()).sources[0]?.problem).toBeUndefined();
          database.take();
          expect(await journalSums(bench.folder)).toEqual(database.sums());
        };
        for (const step of [...history, { kind: "pass" as const }]) {
          if (step.kind === "pass") await pass();
          else if (step.kind === "column") database.addColumn(step.old, step.known);
          else if (step.kind === "drop") database.dropColumn(step.at);
          else if (step.kind === "rename") database.renameColumn(step.at, step.known);
          else if (step.kind === "renumber") database.renumber(step.by);
          else {
            let seed = step.seed;
            for (const stepMs of step.steps) {
              database.add(clock, () => {
                seed = (seed * 48_271 + 11) % 2_147_483_647;
                return seed % 5 === 0 ? null : seed % 4;
              });
              clock += stepMs;
            }
          }
        }
        await bench.remove();
      }),
      {
        numRuns: runs(8),
        examples: [
          // the same rows under greater numbers look like rows behind purged ones
          [[{ kind: "rows", steps: [0, 1000, MINUTE], seed: 3 }, { kind: "pass" }, { kind: "renumber", by: 1000 }]],
        ],
      },
    );
  });

  it.each([
    ["nine columns are added that hold 0", (db: Migrating) => Array.from({ length: 9 }, () => db.addColumn(0, true))],
    [
      "nine columns are added that hold NULL",
      (db: Migrating) => Array.from({ length: 9 }, () => db.addColumn(null, true)),
    ],
    ["one is dropped", (db: Migrating) => db.dropColumn(1)],
    ["one is renamed to a name larder reads", (db: Migrating) => db.renameColumn(1, true)],
    ["one is renamed to a name it does not", (db: Migrating) => db.renameColumn(1, false)],
  ])("count once when %s, with and without new row numbers", async (_, migrate) => {
    for (const by of [0, 5000]) {
      const bench = await makeBench({ make: (path: string) => metricsDb({ path }) } as SourceWorld);
      const database = new Migrating();
      for (let i = 0; i < 1000; i++) database.add(NOON + i * MINUTE, () => 100 + i);
      await database.write(bench.path);
      await bench.pass();
      database.take();
      migrate(database);
      database.renumber(by);
      for (let i = 1000; i < 1005; i++) database.add(NOON + i * MINUTE, () => 7);
      await database.write(bench.path);
      await bench.pass();
      database.take();
      expect(await journalSums(bench.folder)).toEqual(database.sums());
      const times = (await bench.lines()).map((line) => line.slice(line.lastIndexOf(" ")));
      expect(new Set(times).size).toBe(1005);
      expect((await bench.pass()).sources[0]?.rows).toBe(0);
      await bench.remove();
    }
  });
});
