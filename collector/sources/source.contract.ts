/**
 * What every source of rows promises: each row once, whatever happens to the file, the clock or the process.
 *
 * @module
 */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { queryHistory } from "../../core/history/history.ts";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import type { Integer } from "../../core/line/point.ts";
import { addExact } from "../../core/line/sum.ts";
import { silentLog } from "../../core/log.ts";
import { runs } from "../../core/testing/runs.ts";
import { openSqliteFile, type SqliteFile } from "../../fixtures/content-cache/sqlite-file.ts";
import { type PassReport, runPass } from "../pass.ts";
import type { Source } from "./source.ts";

/** One generation of Apple's databases, as the contract needs it. */
export interface SourceWorld {
  readonly name: string;
  make(path: string): Source;
  /** Creates the table. */
  create(db: SqliteFile): void;
  /** Adds one collection: bytes to clients from the cache and requests by clients, at a time. */
  add(db: SqliteFile, row: number, timeMs: number, bytes: Integer, requests: number): void;
  /** Rows of the table that one `add` makes. */
  readonly rowsPerAdd: number;
  /** Deletes the rows of the first `adds` collections numbered from `firstRow`. */
  purge(db: SqliteFile, beforeRow: number): void;
}

export const NOON = Date.UTC(2026, 2, 2, 12);
const WIDE = { fromMs: Date.UTC(2000, 0), toMs: Date.UTC(2100, 0) };

/** A state folder, a database, and the passes over it. */
export async function makeBench(world: SourceWorld) {
  const folder = await mkdtemp(join(tmpdir(), "lsource-"));
  const path = join(folder, "apple.db");
  const rejected: string[] = [];
  const pass = async (source = world.make(path), signal = new AbortController().signal): Promise<PassReport> => {
    const journal = await openJournal(folder, "collector");
    try {
      return await runPass({
        stateDir: folder,
        journal,
        sources: [source],
        shippers: [],
        tagText: ",server=c1,site_code=1234",
        shipSeconds: 1,
        signal,
        nowMs: Date.now,
        log: silentLog,
        setAside: async (_source, rows) => {
          rejected.push(...rows.map(({ what, reason }) => `${reason}: ${what}`));
          return rows.length;
        },
      });
    } finally {
      await journal.close();
    }
  };
  const sums = async (): Promise<{ bytes: Integer; requests: Integer }> => {
    const ask = async (measurement: string) =>
      (await queryHistory(folder, { measurement, ...WIDE, by: "all", timeZone: "UTC" }))[0]?.sums ?? {};
    return {
      bytes: (await ask("bytestoclients"))["bytes.fromcache.toclients"] ?? 0,
      requests: (await ask("requests"))["requests.fromclients"] ?? 0,
    };
  };
  const lines = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const chunk of openReader(streamFolder(folder, "collector"), "collector").chunks(undefined)) {
      found.push(...chunk.split("\n").filter((line) => line !== "" && !line.startsWith("#")));
    }
    return found;
  };
  return { folder, path, pass, sums, lines, rejected, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs the contract over a source of rows. */
export function testRowSource(world: SourceWorld): void {
  let bench: Awaited<ReturnType<typeof makeBench>>;
  beforeEach(async () => {
    bench = await makeBench(world);
  });
  afterEach(async () => {
    await bench.remove();
  });

  async function write(
    adds: readonly { row: number; timeMs: number; bytes: Integer; requests: number }[],
    fresh = false,
  ) {
    if (fresh) await rm(bench.path, { force: true });
    const db = await openSqliteFile(bench.path);
    if (fresh) world.create(db);
    for (const { row, timeMs, bytes, requests } of adds) world.add(db, row, timeMs, bytes, requests);
    db.save();
    db.close();
  }
  const adds = (first: number, count: number, startMs = NOON) =>
    Array.from({ length: count }, (_, i) => ({
      row: first + i,
      timeMs: startMs + i * 60_000,
      bytes: 100 + i,
      requests: 1,
    }));

  describe(`${world.name} keeps the contract of a row source`, () => {
    it("takes what is there at the first start, then only what is new", async () => {
      await write(adds(1, 5), true);
      expect((await bench.pass()).sources[0]).toMatchObject({ rows: 5 * world.rowsPerAdd, problem: undefined });
      expect((await bench.pass()).sources[0]).toMatchObject({ rows: 0, lines: 0 });
      await write(adds(6, 1, NOON + 5 * 60_000));
      expect((await bench.pass()).sources[0]).toMatchObject({ rows: world.rowsPerAdd });
      expect(await bench.sums()).toEqual({ bytes: 510 + 100, requests: 6 });
    });

    it("keeps 64-bit values exact", async () => {
      const large = 9_007_199_254_740_993n;
      await write([{ row: 1, timeMs: NOON, bytes: large, requests: 2 }, ...adds(2, 1, NOON + 60_000)], true);
      await bench.pass();
      expect((await bench.sums()).bytes).toBe(large + 100n);
    });

    it("keeps equal times apart, also over passes, and a re-read gives the same lines", async () => {
      const same = adds(1, 4).map((add) => ({ ...add, timeMs: NOON }));
      await write(same.slice(0, 2), true);
      await bench.pass();
      await write(same.slice(2));
      await bench.pass();
      expect((await bench.sums()).requests).toBe(4);
      const first = await bench.lines();
      expect(new Set(first.map((line) => line.split(" ").at(-1))).size).toBe(4);
      const again = await makeBench(world);
      await copyFile(bench.path, again.path);
      await again.pass();
      expect((await again.lines()).sort()).toEqual(first.sort());
      await again.remove();
    });

    it("goes on when rows it has taken were purged, and when the table is empty for a while", async () => {
      await write(adds(1, 6), true);
      await bench.pass();
      const db = await openSqliteFile(bench.path);
      world.purge(db, 1_000);
      db.save();
      db.close();
      expect((await bench.pass()).sources[0]).toMatchObject({ rows: 0, problem: undefined });
      await write(adds(7, 2, NOON + 3_600_000));
      await bench.pass();
      expect((await bench.sums()).requests).toBe(8);
    });

    it("finds a new file in the old one's place and takes all of it", async () => {
      await write(adds(1, 6), true);
      await bench.pass();
      await write(adds(1, 9, NOON + 86_400_000), true);
      await bench.pass();
      expect((await bench.sums()).requests).toBe(15);
      await bench.pass();
      expect((await bench.sums()).requests).toBe(15);
    });

    it("takes no row twice from a restored backup that went on", async () => {
      await write(adds(1, 4), true);
      await copyFile(bench.path, `${bench.path}.backup`);
      await write(adds(5, 4, NOON + 4 * 60_000).map((add) => ({ ...add, bytes: 7000 + add.row })));
      await bench.pass();
      await rm(bench.path);
      await copyFile(`${bench.path}.backup`, bench.path);
      await write([{ row: 5, timeMs: NOON + 4 * 60_000, bytes: 9, requests: 3 }]);
      await bench.pass();
      await bench.pass();
      expect((await bench.sums()).requests).toBe(8 + 3);
      expect(new Set(await bench.lines()).size).toBe((await bench.lines()).length);
    });

    it("says clearly when there is no database, none it can read, or one of something else", async () => {
      expect((await bench.pass()).sources[0]?.problem?.code).toBe("DB_MISSING");
      const { writeFile } = await import("node:fs/promises");
      await writeFile(bench.path, "this is not a database, although it is long enough to be one".repeat(20));
      expect((await bench.pass()).sources[0]?.problem?.code).toBe("DB_NOT_A_DATABASE");
      await rm(bench.path);
      const db = await openSqliteFile(bench.path);
      db.run("CREATE TABLE something (else_ INTEGER)");
      db.save();
      db.close();
      expect((await bench.pass()).sources[0]?.problem?.code).toBe("SOURCE_SCHEMA");
    });

    it("takes every row once over any history of clocks, purges, new files and restarts", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), (steps) => history(world, steps)),
        {
          numRuns: runs(10),
        },
      );
    });
  });
}

type Step =
  | { readonly kind: "add"; readonly count: number; readonly stepMs: number }
  | { readonly kind: "clock"; readonly byMs: number }
  | { readonly kind: "pass"; readonly chunkRows: number }
  | { readonly kind: "purge" }
  | { readonly kind: "replace" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      count: fc.integer({ min: 1, max: 5 }),
      stepMs: fc.constantFrom(0, 0, 1000, 60_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("clock" as const),
      byMs: fc.constantFrom(-7_200_000, -60_000, -2000, -1000, 1000, 3_600_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass" as const), chunkRows: fc.constantFrom(1, 3, 1000) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "purge" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "replace" as const }) },
);

/** Lives through a history; every row added must be in the journal once, and no two lines may collapse. */
async function history(world: SourceWorld, steps: readonly Step[]): Promise<void> {
  const bench = await makeBench(world);
  let db = await openSqliteFile(bench.path);
  world.create(db);
  let row = 1;
  let clock = NOON;
  let value = 1;
  let bytes: Integer = 0;
  let requests = 0;
  const collect = async (chunkRows: number): Promise<void> => {
    db.save();
    const report = await bench.pass(world.make(`${bench.path}?${chunkRows}`));
    expect(report.sources[0]?.problem).toBeUndefined();
  };
  for (const event of steps) {
    if (event.kind === "add") {
      for (let i = 0; i < event.count; i++) {
        // every value is different, so that rows of one time can be told from rows taken before
        world.add(db, row++, clock, value, value);
        requests += value;
        bytes = addExact(bytes, value++);
        clock += event.stepMs;
      }
    } else if (event.kind === "clock") clock += event.byMs;
    else if (event.kind === "pass") await collect(event.chunkRows);
    else {
      await collect(2);
      if (event.kind === "purge") world.purge(db, row - 2);
      else {
        db.close();
        await rm(bench.path, { force: true });
        db = await openSqliteFile(bench.path);
        world.create(db);
        row = 1;
      }
    }
  }
  await collect(1000);
  db.close();
  expect(await bench.sums()).toEqual({ bytes, requests });
  const keys = (await bench.lines()).flatMap((line) => {
    const [head, fields, time] = line.split(" ");
    return (fields ?? "").split(",").map((field) => `${head} ${field.split("=")[0]} ${time}`);
  });
  expect(new Set(keys).size).toBe(keys.length);
  await bench.remove();
}
