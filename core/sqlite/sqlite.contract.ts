/**
 * What every engine behind the SQLite seam must do, with a real owner of the database in another process. The values and
 * shapes of databases are in `values.contract.ts`, writing in `write.contract.ts`.
 *
 * @module
 */
import { appendFile, chmod, copyFile, mkdir, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { SqliteEngine } from "./database.ts";
import { asNobody, contents } from "./testing/folder.ts";
import { noOwner } from "./testing/owner.ts";
import { DatabaseWorld, manyRows } from "./testing/world.ts";

const MODES = ["delete", "wal"] as const;

/** Databases that live, lived, or lie where one may not write. */
export function describeLiveContract(engine: SqliteEngine): void {
  describe.skipIf(noOwner !== undefined)(`${engine} reads a database of another process`, () => {
    const world = new DatabaseWorld(engine);

    it.each(MODES)("sees each commit and nothing before it, in %s mode", async (mode) => {
      const live = await world.owner(mode);
      expect(await world.read()).toEqual([[1, "first"]]);
      await live.sql("INSERT INTO t VALUES(2, 'second')");
      expect(await world.read()).toEqual([
        [1, "first"],
        [2, "second"],
      ]);
      await live.script("DELETE FROM t", "VACUUM");
      expect(await world.read()).toEqual([]);
    });

    it.each(["persist", "truncate"] as const)(
      "is not stopped by the used journal that %s mode leaves",
      async (mode) => {
        await world.owner(mode);
        expect(await world.read()).toEqual([[1, "first"]]);
      },
    );

    it("does not see uncommitted frames in the -wal, spilled or rolled back", async () => {
      const live = await world.owner("wal");
      await live.script("PRAGMA cache_size=4", "BEGIN");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 4000));
      expect((await stat(`${world.path}-wal`)).size).toBeGreaterThan(300_000);
      expect(await world.read("SELECT count(*), sum(a) FROM t")).toEqual([[1, 1]]);
      await live.sql("ROLLBACK");
      expect(await world.read("SELECT count(*), sum(a) FROM t")).toEqual([[1, 1]]);
      await live.sql("INSERT INTO t VALUES(2, 'after')");
      expect(await world.read("SELECT count(*), sum(a) FROM t")).toEqual([[2, 3]]);
    });

    it("sees rows that are only in the -wal after the log was restarted", async () => {
      const live = await world.owner("wal");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 2000));
      await live.sql("PRAGMA wal_checkpoint(RESTART)");
      expect(await world.read("SELECT count(*) FROM t")).toEqual([[2000]]);
      await live.sql("INSERT INTO t VALUES(5000, 'in a new log, over old frames')");
      expect(await world.read("SELECT count(*) FROM t")).toEqual([[2001]]);
    });

    it("reads a WAL database whose owner has died, with and without its -shm", async () => {
      const live = await world.owner("wal");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 500));
      await live.kill();
      expect(await world.read("SELECT count(*) FROM t")).toEqual([[500]]);
      await rm(`${world.path}-shm`);
      expect(await world.read("SELECT count(*) FROM t")).toEqual([[500]]);
      expect(await world.read("SELECT count(*) FROM t", { copyFromBytes: 0 })).toEqual([[500]]);
    });

    it("reads a WAL database that was closed, and leaves no -wal or -shm", async () => {
      await (await world.owner("wal")).close();
      expect(await world.read()).toEqual([[1, "first"]]);
      expect(await world.read(undefined, { copyFromBytes: 0 })).toEqual([[1, "first"]]);
      expect(Object.keys(await contents(world.folder))).toEqual(["Metrics.sqlite"]);
    });

    it("reads a -wal with damage up to the last commit before it", async () => {
      const live = await world.owner("wal");
      await live.sql("INSERT INTO t VALUES(2, 'second')");
      const whole = (await stat(`${world.path}-wal`)).size;
      await live.sql("INSERT INTO t VALUES(3, 'third')");
      await live.kill();
      await truncate(`${world.path}-wal`, whole + 100);
      await appendFile(`${world.path}-wal`, Buffer.alloc(9000, 7));
      await rm(`${world.path}-shm`);
      expect(await world.read("SELECT a FROM t ORDER BY a")).toEqual([[1], [2]]);
    });

    it("keeps the database it opened when another takes its place", async () => {
      const live = await world.owner();
      await live.close();
      await rename(world.path, `${world.path}.old`);
      await (await world.owner()).sql("INSERT INTO t VALUES(2, 'new file')");
      await rename(world.path, `${world.path}.new`);
      await rename(`${world.path}.old`, world.path);
      const old = await world.open();
      expect(old.all("SELECT count(*) FROM t")).toEqual([[1]]);
      await rename(`${world.path}.new`, world.path);
      expect(old.all("SELECT count(*) FROM t")).toEqual([[1]]);
      expect((await world.open()).all("SELECT count(*) FROM t")).toEqual([[2]]);
    });

    it.skipIf(process.geteuid?.() !== 0)(
      "reads in a folder it may not write, and says when it may not read",
      async () => {
        await chmod(world.folder, 0o755);
        await (await world.owner("wal")).kill();
        await rm(`${world.path}-shm`);
        await asNobody(async () => {
          expect(await world.read()).toEqual([[1, "first"]]);
        });
        await chmod(world.path, 0o600);
        await asNobody(async () => {
          await expect(world.open()).rejects.toMatchObject({ code: "DB_DENIED" });
        });
      },
    );

    it("changes nothing, whatever it is asked", async () => {
      await world.owner();
      const before = await contents(world.folder);
      const database = await world.open();
      try {
        database.all("DELETE FROM t");
      } catch {
        // The native engine refuses; the portable one changes its own image.
      }
      database.close();
      expect(await contents(world.folder)).toEqual(before);
    });

    it.each(MODES)("works with its own engine on a living database in %s mode", async (mode) => {
      await world.owner(mode);
      expect((await world.open()).engine).toBe(world.engine);
    });
  });
}

/** What cannot be read rightly is refused, with the same code by both engines. */
export function describeRefusalContract(engine: SqliteEngine): void {
  describe.skipIf(noOwner !== undefined)(`${engine} refuses what it cannot read rightly`, () => {
    const world = new DatabaseWorld(engine);

    it("refuses a database with a hot rollback journal as locked", async () => {
      const live = await world.owner();
      await live.script("PRAGMA cache_size=4", "BEGIN");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 4000));
      expect(await world.refusal()).toBe("DB_LOCKED");
      await live.kill();
      expect(await world.refusal()).toBe("DB_LOCKED");
    });

    it("waits for a lock and reads when it is freed", async () => {
      const live = await world.owner();
      await live.script("PRAGMA cache_size=4", "BEGIN");
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 4000));
      const reading = world.open({ busyTimeoutMs: 10_000 });
      await live.sql("COMMIT");
      expect((await reading).all("SELECT count(*) FROM t")).toEqual([[4000]]);
    });

    it("names a missing file, a folder, and what is not a database", async () => {
      expect(await world.refusal()).toBe("DB_MISSING");
      await mkdir(world.path);
      await expect(world.open()).rejects.toMatchObject({ code: "DB_NOT_A_DATABASE" });
      await rm(world.path, { recursive: true });
      await writeFile(world.path, "<html>sign in</html>".repeat(500));
      expect(await world.refusal()).toBe("DB_NOT_A_DATABASE");
    });

    it("names a truncated and a damaged database", async () => {
      const live = await world.owner();
      await live.many("INSERT INTO t VALUES(?, ?)", manyRows(2, 4000));
      await live.close();
      await copyFile(world.path, `${world.path}.whole`);
      await truncate(world.path, 8192);
      expect(await world.refusal()).toBe("DB_CORRUPT");
      await truncate(world.path, 60);
      expect(await world.refusal()).toBe("DB_CORRUPT");
      await copyFile(`${world.path}.whole`, world.path);
      await damage(world.path, 4096);
      const database = await world.open();
      expect(() => database.all("SELECT sum(length(b)) FROM t")).toThrow(
        expect.objectContaining({ code: "DB_CORRUPT" }),
      );
    });

    it("takes an empty file for a database without tables", async () => {
      await writeFile(world.path, "");
      const database = await world.open();
      expect(database.columns("t")).toEqual([]);
      expect(() => database.all("SELECT * FROM t")).toThrow(expect.objectContaining({ code: "DB_QUERY" }));
      expect(Object.keys(await contents(world.folder))).toEqual(["Metrics.sqlite"]);
    });
  });
}

/** Overwrites the second page on, so that the header stays whole. */
async function damage(path: string, from: number): Promise<void> {
  const size = (await stat(path)).size;
  await truncate(path, from);
  await appendFile(path, Buffer.alloc(size - from, 0xa5));
}
