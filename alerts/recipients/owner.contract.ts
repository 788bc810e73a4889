import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { SqliteEngine } from "../../core/sqlite/database.ts";
import { DatabaseOwner } from "../../core/sqlite/testing/owner.ts";
import { backupFolder, listBackupNames } from "./backup.ts";
import { changeRecipients, loadAlertData } from "./store.ts";
import { bareDatabase, optionsFor, removeFolders } from "./testing/databases.ts";
import { insertAsCoreData, noPython, query } from "./testing/independent.ts";

const INSERT = "INSERT INTO ZADMAILRECIPIENT VALUES (1, 4, 1, 1, 'theirs@example.org', 'en')";

/** What holds while the server, or another process, has the database open. */
export function describeOwner(engine: SqliteEngine): void {
  const native = engine === "native";
  const options = optionsFor(engine, { busyTimeoutMs: 300 });
  const add = (path: string, address: string) =>
    changeRecipients(path, { kind: "add", wanted: [{ address }] }, options);
  const addresses = async (path: string) =>
    (await loadAlertData(path, options)).recipients.map(({ address }) => address);

  describe.skipIf(noPython !== undefined)(`a database that somebody has open, ${engine} engine`, () => {
    afterAll(removeFolders);

    it(`in WAL mode: sees what is only in the -wal and ${native ? "adds to it, backup included" : "refuses to replace the file"}`, async () => {
      const path = await bareDatabase(engine);
      const owner = new DatabaseOwner(path);
      await owner.script("PRAGMA journal_mode = WAL", INSERT, "UPDATE Z_PRIMARYKEY SET Z_MAX = 1 WHERE Z_ENT = 4");
      expect(await addresses(path)).toEqual(["theirs@example.org"]);
      if (!native) {
        await expect(add(path, "ours@example.org")).rejects.toMatchObject({ code: "DB_LOCKED" });
        expect(existsSync(backupFolder(path))).toBe(false);
        return await owner.close();
      }
      await add(path, "ours@example.org");
      expect(await owner.sql("SELECT ZADDRESS FROM ZADMAILRECIPIENT ORDER BY Z_PK")).toEqual([
        ["theirs@example.org"],
        ["ours@example.org"],
      ]);
      expect(await addresses(join(backupFolder(path), listBackupNames(path)[0] ?? ""))).toEqual(["theirs@example.org"]);
      await owner.close();
      expect(query(path, "PRAGMA journal_mode")).toEqual([["wal"]]);
      expect(insertAsCoreData(path, "later@example.org")).toBe(3);
    });

    it("waits while a change of theirs is under way, then gives up without changing anything", async () => {
      const path = await bareDatabase(engine);
      const owner = new DatabaseOwner(path);
      await owner.script("BEGIN IMMEDIATE", INSERT);
      await expect(add(path, "ours@example.org")).rejects.toMatchObject({ code: "DB_LOCKED", retryable: true });
      await owner.sql("ROLLBACK");
      await owner.close();
      expect(await addresses(path)).toEqual([]);
      expect(readdirSync(dirname(path))).toEqual(["alertData.db"]);
    });

    it("plays back the journal of a change that was killed, or says that it cannot", async () => {
      const path = await bareDatabase(engine);
      const owner = new DatabaseOwner(path);
      await owner.script("PRAGMA cache_size = 1", "BEGIN IMMEDIATE", INSERT);
      const many = Array.from({ length: 400 }, (_, i) => [i + 10, `${"x".repeat(200)}${i}`]);
      await owner.many("INSERT INTO ZADMAILRECIPIENT (Z_PK, ZADDRESS) VALUES (?, ?)", many);
      await owner.kill();
      expect(existsSync(`${path}-journal`)).toBe(true);
      if (!native) {
        await expect(addresses(path)).rejects.toMatchObject({ code: "DB_LOCKED" });
        await expect(add(path, "ours@example.org")).rejects.toMatchObject({ code: "DB_LOCKED" });
        expect(query(path, "SELECT count(*) FROM ZADMAILRECIPIENT")).toEqual([[0]]);
      }
      expect(await addresses(path)).toEqual([]);
      await add(path, "ours@example.org");
      expect(await addresses(path)).toEqual(["ours@example.org"]);
      expect(query(path, "PRAGMA integrity_check")).toEqual([["ok"]]);
    });
  });
}
