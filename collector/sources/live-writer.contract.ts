/**
 * What a source of rows promises while the cache writes: a commit between any two statements of a pass loses nothing and
 * doubles nothing, whatever the engine and the journal mode of the database.
 *
 * The writer is another process, as the cache is. It commits before the n-th statement of a pass, for every n; where a
 * reader's lock keeps it out, it tries again before the next.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openReadOnly } from "../../core/sqlite/open.ts";
import type { SqliteEngine } from "../../core/sqlite/sqlite.ts";
import { betweenStatements } from "../../core/sqlite/testing/between-statements.ts";
import { ENGINES } from "../../core/sqlite/testing/engines.ts";
import { DatabaseOwner, noOwner, python } from "../../core/sqlite/testing/owner.ts";
import { THOROUGH } from "../../core/testing/runs.ts";
import type { SqliteFile } from "../../fixtures/content-cache/sqlite-file.ts";
import type { OpenDatabase } from "./metrics/row-source.ts";
import { makeBench, NOON, type SourceWorld } from "./source.contract.ts";
import type { Source } from "./source.ts";

/** A generation whose database can be opened in another way. */
export interface LiveWorld extends SourceWorld {
  makeWith(path: string, options: { engine: SqliteEngine; chunkRows: number; open: OpenDatabase }): Source;
}

const ADDED_BEFORE = 9;
const ADDED_BETWEEN = 5;
const CHUNK_ROWS = 8;
const HARSHEST = "restarts its numbers beyond where reading is";

const COMMIT = `
import json, sqlite3, sys
path, statements = json.load(sys.stdin)
db = sqlite3.connect(path, isolation_level=None, timeout=0)
try:
    db.execute("BEGIN IMMEDIATE")
    for sql in statements: db.execute(sql)
    db.execute("COMMIT")
except sqlite3.OperationalError as error:
    if "locked" not in str(error): raise
    print("locked")
`;

/** Commits from another process; false when a reader's lock is in the way. */
function commit(path: string, statements: readonly string[]): boolean {
  const done = spawnSync(python, ["-S", "-c", COMMIT], { input: JSON.stringify([path, statements]), encoding: "utf8" });
  if (done.status !== 0) throw new Error(`the writer failed: ${done.stderr}`);
  return !done.stdout.includes("locked");
}

/** The SQL that a world's hand writes. */
function sqlOf(work: (db: SqliteFile) => void): string[] {
  const statements: string[] = [];
  work({ run: (sql) => void statements.push(sql), save: () => {}, close: () => {} });
  return statements;
}

/** What the writer does; `gone` are the values of rows it deletes, which a pass may have been too late for. */
interface Interruption {
  readonly statements: readonly string[];
  readonly values: readonly number[];
  readonly gone: readonly number[];
}

const before = Array.from({ length: ADDED_BEFORE }, (_, i) => i + 1);
const between = Array.from({ length: ADDED_BETWEEN }, (_, i) => 100 + i);

/** Each add has a value of its own, and a second of its own but for every third, which shares one. */
function add(world: SourceWorld, db: SqliteFile, row: number, value: number): void {
  world.add(db, row, NOON + Math.floor(value - (value % 3 === 0 ? 1 : 0)) * 1000, value, 1);
}

function addAll(world: SourceWorld, db: SqliteFile, values: readonly number[]): void {
  for (const value of values) add(world, db, value, value);
}

function interruptions(world: SourceWorld): Readonly<Record<string, Interruption>> {
  const addBetween = (db: SqliteFile, firstRow: number): void => {
    between.forEach((value, i) => {
      add(world, db, firstRow + i, value);
    });
  };
  return {
    "adds rows": { statements: sqlOf((db) => addBetween(db, ADDED_BEFORE + 1)), values: between, gone: [] },
    "purges old rows and adds some": {
      statements: sqlOf((db) => {
        world.purge(db, 5);
        addBetween(db, ADDED_BEFORE + 1);
      }),
      values: between,
      gone: [1, 2, 3, 4],
    },
    "empties the table and restarts its numbers": {
      statements: sqlOf((db) => {
        world.purge(db, 1_000);
        addBetween(db, 1);
      }),
      values: between,
      gone: before,
    },
    [HARSHEST]: {
      statements: sqlOf((db) => {
        world.purge(db, 1_000);
        for (let i = 0; i < 20; i++) add(world, db, 1 + i, 100 + i);
      }),
      values: Array.from({ length: 20 }, (_, i) => 100 + i),
      gone: before,
    },
  };
}

/** Runs the contract for one generation. */
export function testLiveWriter(world: LiveWorld): void {
  const cases = ENGINES.flatMap((engine) =>
    (["wal", "delete"] as const).flatMap((mode) =>
      Object.entries(interruptions(world))
        // what the portable engine reads is an image: one kind of commit shows whether it is used as one
        .filter(([what]) => engine === "native" || what === HARSHEST)
        // in `npm test` the milder ones take turns at the modes
        .filter(([what], i) => THOROUGH || what === HARSHEST || (i % 2 === 0) === (mode === "wal"))
        .map(([what, interruption]) => ({ engine, mode, what, interruption })),
    ),
  );
  describe.skipIf(noOwner !== undefined)(`${world.name} while the cache writes`, () => {
    it.each(cases)("$engine, $mode: $what between any two statements", async ({ engine, mode, interruption }) => {
      for (let at = 0; ; at++) {
        const statements = await passWithWriter(world, engine, mode, interruption, at);
        if (statements <= at) break;
      }
    });
  });
}

/** One life: rows, a pass, more rows, and a pass during which the writer commits; returns the statements of that pass. */
async function passWithWriter(
  world: LiveWorld,
  engine: SqliteEngine,
  mode: string,
  interruption: Interruption,
  at: number,
): Promise<number> {
  const bench = await makeBench(world);
  const owner = new DatabaseOwner(bench.path);
  let statements = 0;
  let committed = false;
  let hooked = false;
  const source = world.makeWith(bench.path, {
    engine,
    chunkRows: CHUNK_ROWS,
    open: async (path, options) => {
      const db = await openReadOnly(path, options);
      return betweenStatements(db, () => {
        if (!hooked) return;
        if (statements++ >= at && !committed) committed = commit(bench.path, interruption.statements);
      });
    },
  });
  const pass = async (): Promise<void> => {
    expect((await bench.pass(source)).sources[0]?.problem).toBeUndefined();
  };
  try {
    await owner.script(`PRAGMA journal_mode=${mode}`, "PRAGMA synchronous=OFF");
    const half = Math.ceil(ADDED_BEFORE / 3);
    await owner.script(...sqlOf((db) => world.create(db)));
    await owner.script(...sqlOf((db) => addAll(world, db, before.slice(0, half))));
    await pass();
    await owner.script(...sqlOf((db) => addAll(world, db, before.slice(half))));
    hooked = true;
    await pass();
    hooked = false;
    if (!committed) commit(bench.path, interruption.statements);
    await pass();
    const found = (await bench.lines()).flatMap((line) =>
      [...line.matchAll(/bytes\.fromcache\.toclients=(\d+)i/g)].map(([, value]) => Number(value)),
    );
    const message = `${engine}, ${mode}, before statement ${at} of ${statements}`;
    const wanted = [...before.filter((value) => !interruption.gone.includes(value)), ...interruption.values];
    expect(
      found.filter((value) => !interruption.gone.includes(value)).sort((a, b) => a - b),
      message,
    ).toEqual(wanted);
    expect(new Set(found).size, message).toBe(found.length);
    expect((await bench.sums()).requests, message).toBe(found.length);
    return statements;
  } finally {
    await owner.close();
    await bench.remove();
  }
}
