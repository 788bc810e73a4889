/**
 * What a write transaction must do with either engine: all or nothing, in a database that belongs to somebody else.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { chmod, chown, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorCode } from "../../errors.ts";
import type { SqliteEngine, SqliteWriter } from "../database.ts";
import { changeCounterOf } from "../file/header.ts";
import { openReadOnly } from "../open.ts";
import { asNobody, contents, newFolder } from "../testing/folder.ts";
import { DatabaseOwner, noOwner, python } from "../testing/owner.ts";
import { withWriteTransaction } from "./write.ts";

/** Describes the contract for one engine. */
export function describeWriteContract(engine: SqliteEngine): void {
  describe.skipIf(noOwner !== undefined)(`${engine} changes a database in one transaction`, () => {
    let folder: string;
    let path: string;

    beforeEach(async () => {
      folder = await newFolder();
      path = join(folder, "alertData.db");
    });
    afterEach(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    async function make(mode: "delete" | "wal" = "delete"): Promise<DatabaseOwner> {
      const owner = new DatabaseOwner(path);
      await owner.script(`PRAGMA journal_mode=${mode}`, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
      await owner.sql("INSERT INTO t VALUES(1, 'first')");
      return owner;
    }

    async function write<T>(work: (database: SqliteWriter) => T, busyTimeoutMs = 3000): Promise<T> {
      return await withWriteTransaction(path, { engine, busyTimeoutMs }, work);
    }

    async function failure(
      work: (database: SqliteWriter) => unknown,
      busyTimeoutMs = 150,
    ): Promise<string | undefined> {
      return await write(work, busyTimeoutMs).then(
        () => undefined,
        (error: unknown) => errorCode(error),
      );
    }

    const insert = (database: SqliteWriter) => database.run("INSERT INTO t(b) VALUES('mine')");

    it.each(["delete", "wal"] as const)(
      "commits, keeps owner and mode, and leaves nothing beside, in %s mode",
      async (mode) => {
        await (await make(mode)).close();
        await chmod(path, 0o640);
        if (process.geteuid?.() === 0) await chown(path, 1234, 2345);
        const before = await stat(path);
        const head = await readFile(path);
        const seen = await write((database) => {
          expect(database.engine).toBe(engine);
          expect(database.run("INSERT INTO t VALUES(?, ?)", [2n ** 62n + 1n, 2 ** 40])).toEqual({ changes: 1 });
          expect(database.run("UPDATE t SET b = b WHERE a > ?", [0])).toEqual({ changes: 2 });
          return database.all("SELECT a, b, typeof(b) FROM t ORDER BY a");
        });
        expect(seen).toEqual([
          [1, "first", "text"],
          [2n ** 62n + 1n, 2 ** 40, "integer"],
        ]);
        const after = await stat(path);
        expect([after.uid, after.gid, after.mode]).toEqual([before.uid, before.gid, before.mode]);
        expect(Object.keys(await contents(folder))).toEqual(["alertData.db"]);
        const now = await readFile(path);
        // SQLite itself need not count in WAL mode.
        const counted = engine === "native" && mode === "wal" ? 0 : 1;
        expect(changeCounterOf(now)).toBe(changeCounterOf(head) + counted);
        expect([now[18], now[19]]).toEqual([head[18], head[19]]);
        const owner = new DatabaseOwner(path);
        expect(await owner.sql("SELECT a, b, typeof(b) FROM t ORDER BY a")).toEqual(seen);
        expect(await owner.sql("PRAGMA integrity_check")).toEqual([["ok"]]);
        expect(await owner.sql("PRAGMA journal_mode")).toEqual([[mode]]);
        await owner.close();
      },
    );

    it("changes nothing when the work fails, and passes its error on", async () => {
      await (await make()).close();
      const before = await contents(folder);
      const work = (database: SqliteWriter) => {
        insert(database);
        throw new Error("second thoughts");
      };
      await expect(write(work)).rejects.toThrow("second thoughts");
      expect(await failure((database) => [insert(database), database.run("INSERT INTO nowhere VALUES(1)")])).toBe(
        "DB_QUERY",
      );
      expect(await contents(folder)).toEqual(before);
      expect(await write((database) => database.all("SELECT count(*) FROM t"))).toEqual([[1]]);
    });

    it("does not touch the file when the work changes nothing", async () => {
      await (await make()).close();
      const before = await stat(path);
      await write((database) => database.all("SELECT * FROM t"));
      expect(await stat(path)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    });

    it("loses no change of two that write at once", async () => {
      await (await make()).close();
      await Promise.all([write(insert), write(insert), write(insert)]);
      expect(await write((database) => database.all("SELECT count(*) FROM t"))).toEqual([[4]]);
    });

    it("waits for another writer, then says that it is locked", async () => {
      const owner = await make();
      await owner.script("BEGIN IMMEDIATE", "INSERT INTO t(b) VALUES('theirs')");
      expect(await failure(insert)).toBe("DB_LOCKED");
      const waiting = write(insert);
      await owner.sql("COMMIT");
      if (engine === "native") await waiting;
      // the portable engine replaces the file only when nobody is seen to have it open
      await owner.close();
      await waiting;
      expect(await write((database) => database.all("SELECT b FROM t ORDER BY a"))).toEqual([
        ["first"],
        ["theirs"],
        ["mine"],
      ]);
    });

    it("keeps its lock while this process opens and closes the same file for reading", async () => {
      await (await make()).close();
      const reader = await openReadOnly(path, { engine });
      const rows = reader.rows("SELECT * FROM t");
      rows.next();
      (await openReadOnly(path, { engine: "portable" })).close();
      const theirs = spawnSync(python, ["-S", "-c", WRITE_NOW, path]).status;
      expect(theirs).toBe(engine === "native" ? 1 : 0);
      reader.close();
    });

    it("does with a database that is open in WAL mode what it safely can", async () => {
      const owner = await make("wal");
      expect(await failure(insert)).toBe(engine === "native" ? undefined : "DB_LOCKED");
      expect(await owner.sql("SELECT count(*) FROM t")).toEqual([[engine === "native" ? 2 : 1]]);
      await owner.close();
    });

    it("lets nobody change the file meanwhile, or notices", async () => {
      await (await make()).close();
      let theirs: number | null = null;
      const code = await failure((database) => {
        insert(database);
        theirs = spawnSync(python, ["-S", "-c", WRITE_NOW, path]).status;
      });
      expect([code, theirs]).toEqual(engine === "native" ? [undefined, 1] : ["DB_CHANGED", 0]);
      const count = (database: SqliteWriter) => database.all("SELECT count(*) FROM t");
      expect(await write(count)).toEqual([[2]]);
    });

    it("names a missing file, and begins with an empty one", async () => {
      expect(await failure(insert)).toBe("DB_MISSING");
      await writeFile(path, "");
      await write((database) => database.run("CREATE TABLE t(a INTEGER PRIMARY KEY, b)"));
      await write(insert);
      expect(await write((database) => database.columns("t"))).toHaveLength(2);
    });

    it.skipIf(process.geteuid?.() !== 0)("says that it may not write", async () => {
      await (await make()).close();
      await chmod(folder, 0o755);
      await asNobody(async () => expect(await failure(insert)).toBe("DB_READ_ONLY"));
    });
  });
}

const WRITE_NOW = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=0)
db.execute("INSERT INTO t(b) VALUES('theirs')")
db.commit()
`;
