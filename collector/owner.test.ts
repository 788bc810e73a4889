import { copyFileSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorCode } from "../core/errors.ts";
import { queryHistory } from "../core/history/history.ts";
import { silentLog } from "../core/log.ts";
import { unixMsToApple } from "../core/time/apple-time.ts";
import { openSqliteFile } from "../fixtures/content-cache/sqlite-file.ts";
import { createCollector } from "./collector.ts";
import { collectorOptions } from "./options.ts";

const NOON = Date.UTC(2026, 2, 2, 12);

describe("a state folder", () => {
  let folder: string;
  let stateDir: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "larder-owner-"));
    stateDir = join(folder, "state");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A database of so many minutes, each with the same numbers in every cache, and every second at the same time. */
  async function database(name: string, firstRow: number, rows: number, shiftMs = 0): Promise<string> {
    const path = join(folder, name);
    const db = await openSqliteFile(path);
    db.run(
      "CREATE TABLE IF NOT EXISTS ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE REAL, ZREQUESTSFROMCLIENT INTEGER)",
    );
    for (let i = 0; i < rows; i++) {
      const row = firstRow + i;
      db.run("INSERT INTO ZMETRIC VALUES (?, ?, 1)", [row, unixMsToApple(NOON + row * 60_000 + (row % 2) * shiftMs)]);
    }
    db.save();
    db.close();
    return path;
  }

  async function pass(server: string, path: string, takeOver = false): Promise<number> {
    const settings = collectorOptions.parse({
      sources: { metricsDb: { path }, metricsSqlite: { enabled: false }, managerStatus: { enabled: false } },
    });
    const collector = await createCollector({
      settings: { ...settings, server, stateDir, timezone: "UTC" },
      log: silentLog,
      signal: new AbortController().signal,
      takeOver,
    });
    try {
      return (await collector.pass()).sources[0]?.rows ?? -1;
    } finally {
      await collector.close();
    }
  }

  const count = async (): Promise<unknown> => {
    const query = { measurement: "requests", fromMs: 0, toMs: Date.UTC(2100, 0), by: "all", timeZone: "UTC" } as const;
    return (await queryHistory(stateDir, query))[0]?.sums["requests.fromclients"];
  };
  const refusal = async (work: Promise<unknown>): Promise<unknown> =>
    await work.then(
      () => "taken",
      (error: unknown) => errorCode(error),
    );

  it.each([
    ["another name", "b"],
    ["the same name", "a"],
  ])("is refused to a second cache of %s, whose rows may be the same", async (_, server) => {
    const [first, second] = [await database("a.db", 1, 5), await database("b.db", 1, 9, 500)];
    expect(await pass("a", first)).toBe(5);
    expect(await refusal(pass(server, second))).toBe("STATE_OTHER_CACHE");
    expect(await count()).toBe(5);
    await database("a.db", 6, 1);
    expect(await pass("a", first)).toBe(1);
  });

  it("goes on with a cache that is renamed, and with a database that is moved, also both at once", async () => {
    const path = await database("a.db", 1, 5);
    await pass("a", path);
    await database("a.db", 6, 1);
    expect(await pass("renamed", path)).toBe(1);
    const moved = join(folder, "moved.db");
    renameSync(path, moved);
    await database("moved.db", 7, 2);
    expect(await pass("renamed", moved)).toBe(2);
    copyFileSync(moved, join(folder, "again.db"));
    await database("again.db", 9, 1);
    expect(await pass("a", join(folder, "again.db"))).toBe(1);
    expect(await count()).toBe(9);
  });

  it("goes on with a database that was replaced in its place, and is taken over when the admin says so", async () => {
    const path = await database("a.db", 1, 5);
    await pass("a", path);
    rmSync(path);
    await database("a.db", 2, 3);
    expect(await pass("a", path)).toBe(3);
    expect(await count()).toBe(5);
    rmSync(path);
    await database("a.db", 100, 2);
    expect(await refusal(pass("renamed", path))).toBe("STATE_OTHER_CACHE");
    expect(await pass("renamed", path, true)).toBe(2);
    expect(await pass("renamed", path)).toBe(0);
    expect(await count()).toBe(7);
  });
});
