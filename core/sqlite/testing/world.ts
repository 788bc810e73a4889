/**
 * A folder with one database for each test of the contract, its owners in other processes, and the ways to read it.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { errorCode } from "../../errors.ts";
import type { OpenOptions, SqliteDatabase, SqliteEngine, SqliteValue } from "../database.ts";
import { openReadOnly } from "../open.ts";
import { contents, newFolder } from "./folder.ts";
import { DatabaseOwner } from "./owner.ts";

export type JournalMode = "delete" | "wal" | "persist" | "truncate";

/** What the tests of one suite share; `folder` and `path` are new for each test. */
export class DatabaseWorld {
  readonly engine: SqliteEngine;
  folder = "";
  path = "";
  readonly #owners: DatabaseOwner[] = [];
  readonly #opened: SqliteDatabase[] = [];

  /** To be made within a `describe`: it sets up and clears away. */
  constructor(engine: SqliteEngine) {
    this.engine = engine;
    beforeEach(async () => {
      this.folder = await newFolder();
      this.path = join(this.folder, "Metrics.sqlite");
    });
    afterEach(async () => {
      for (const database of this.#opened.splice(0)) database.close();
      for (const owner of this.#owners.splice(0)) await owner.close();
      await rm(this.folder, { recursive: true, force: true });
    });
  }

  /** A living owner. */
  start(): DatabaseOwner {
    const owner = new DatabaseOwner(this.path);
    this.#owners.push(owner);
    return owner;
  }

  /** A living owner, with table t and one row. */
  async owner(mode: JournalMode = "delete"): Promise<DatabaseOwner> {
    const owner = this.start();
    await owner.script(`PRAGMA journal_mode=${mode}`, "PRAGMA synchronous=OFF", "PRAGMA wal_autocheckpoint=0");
    await owner.script("CREATE TABLE t(a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES(1, 'first')");
    return owner;
  }

  async open(options: OpenOptions = {}): Promise<SqliteDatabase> {
    const database = await openReadOnly(this.path, { engine: this.engine, busyTimeoutMs: 2000, ...options });
    this.#opened.push(database);
    return database;
  }

  /** Opens, reads, closes, and expects the folder to be as before. */
  async read(sql = "SELECT a, b FROM t ORDER BY a", options: OpenOptions = {}): Promise<SqliteValue[][]> {
    const before = await contents(this.folder);
    const database = await this.open(options);
    const rows = [...database.rows(sql)];
    expect(database.all(sql)).toEqual(rows);
    database.close();
    expect(await contents(this.folder)).toEqual(before);
    return rows;
  }

  /** The code with which opening is refused; the folder must be as before. */
  async refusal(): Promise<string | undefined> {
    const before = await contents(this.folder);
    const failure = await this.open({ busyTimeoutMs: 200 }).catch((error: unknown) => error);
    expect(await contents(this.folder)).toEqual(before);
    return errorCode(failure);
  }
}

/** Rows for table t with keys from `from` to `to`, 100 bytes each. */
export function manyRows(from: number, to: number): SqliteValue[][] {
  return Array.from({ length: to - from + 1 }, (_, index) => [from + index, "x".repeat(100)]);
}
