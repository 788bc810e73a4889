import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { SqliteEngine } from "../../core/sqlite/database.ts";
import { backupFolder, listBackupNames } from "./backup.ts";
import { listBackups, restoreBackup } from "./restore.ts";
import { switchServices } from "./services.ts";
import { changeRecipients, loadAlertData } from "./store.ts";
import {
  bareDatabase,
  editDatabase,
  oldToolDatabase,
  optionsFor,
  otherVersion,
  removeFolders,
} from "./testing/databases.ts";

/** What holds of backups and of going back to them, whichever engine is behind it. */
export function describeRestore(engine: SqliteEngine): void {
  const options = optionsFor(engine);
  const set = (path: string, ...addresses: string[]) =>
    changeRecipients(path, { kind: "set", wanted: addresses.map((address) => ({ address })) }, options);
  const list = async (path: string) => (await loadAlertData(path, options)).recipients.map(({ address }) => address);

  describe(`restore, ${engine} engine`, () => {
    afterAll(removeFolders);

    it("goes back to the state before the last change, and back again", async () => {
      const path = await bareDatabase(engine);
      await set(path, "ada@example.org", "bob@example.org");
      await set(path, "eve@example.org");
      const report = await restoreBackup(path, undefined, options);
      expect(report.added.map(({ address }) => address)).toEqual(["ada@example.org", "bob@example.org"]);
      expect(report.removed.map(({ address }) => address)).toEqual(["eve@example.org"]);
      expect(await list(path)).toEqual(["ada@example.org", "bob@example.org"]);
      await restoreBackup(path, undefined, options);
      expect(await list(path)).toEqual(["eve@example.org"]);
    });

    it("keeps Z_MAX at the higher value, so that no row number is given out again", async () => {
      const path = await bareDatabase(engine);
      await set(path, "ada@example.org");
      await set(path, "ada@example.org", "bob@example.org", "eve@example.org");
      await restoreBackup(path, undefined, options);
      expect((await loadAlertData(path, options)).book).toMatchObject({ lastRow: 3, highestRow: 1 });
    });

    it("brings back every table as it was, blobs and columns of other versions included", async () => {
      const path = await otherVersion(engine);
      await set(path, "x@example.org");
      await editDatabase(path, engine, (db) => {
        db.run("DELETE FROM ZADSOUND");
      });
      await restoreBackup(path, undefined, options);
      await editDatabase(path, engine, (db) => {
        expect(db.all("SELECT * FROM ZADSOUND")).toEqual([[4, 16, 1, "Glass"]]);
        const [row] = db.all("SELECT ZADDRESS, ZPHOTO, ZRETRIES FROM ZADMAILRECIPIENT");
        expect(row).toEqual(["first@example.org", new Uint8Array([0, 255]), 9]);
        expect(String(db.all("SELECT Z_PLIST FROM Z_METADATA")[0]?.[0]?.constructor.name)).toMatch(/Uint8Array|Buffer/);
      });
    });

    it("keeps a faulty state for what it was: the backup of the old tool's database has its old books", async () => {
      const path = await oldToolDatabase(engine);
      await set(path, "x@example.org");
      const copy = join(backupFolder(path), listBackupNames(path)[0] ?? "");
      expect((await loadAlertData(copy, options)).book).toMatchObject({ lastRow: 2, highestRow: 3 });
      await restoreBackup(path, undefined, options);
      expect(await loadAlertData(path, options)).toMatchObject({ repairs: [], book: { lastRow: 4 } });
    });

    it("names the copies with moment and number of recipients, the newest first", async () => {
      const path = await bareDatabase(engine);
      const at = (nowMs: number) => ({ ...options, nowMs: () => nowMs });
      const moment = Date.UTC(2026, 10, 20, 2, 15, 0, 7);
      const add = (address: string, nowMs: number) =>
        changeRecipients(path, { kind: "add", wanted: [{ address }] }, at(nowMs));
      await add("a@example.org", moment);
      await add("b@example.org", moment);
      await add("c@example.org", moment - 3_600_000);
      const backups = await listBackups(path, options);
      expect(backups.map(({ name }) => name)).toEqual([
        "2026-11-20T02-15-00.009Z.db",
        "2026-11-20T02-15-00.008Z.db",
        "2026-11-20T02-15-00.007Z.db",
      ]);
      expect(backups.map(({ recipients }) => recipients)).toEqual([2, 1, 0]);
      expect(backups[2]?.madeMs).toBe(moment);
      const named = await restoreBackup(path, "2026-11-20T02-15-00.008Z.db", options);
      expect(named.removed.map(({ address }) => address)).toEqual(["b@example.org", "c@example.org"]);
    });

    it("puts the copy in place of a file that is gone, and never over one that is there", async () => {
      const path = await bareDatabase(engine);
      await set(path, "ada@example.org");
      await set(path);
      rmSync(path);
      expect(await restoreBackup(path, undefined, { ...options, dryRun: true })).toMatchObject({ placed: true });
      expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
      expect(await restoreBackup(path, undefined, options)).toMatchObject({ placed: true });
      expect(await list(path)).toEqual(["ada@example.org"]);
      rmSync(path);
      writeFileSync(`${path}-journal`, "left");
      await expect(restoreBackup(path, undefined, options)).rejects.toMatchObject({ code: "ALERTS_JOURNAL" });
      rmSync(`${path}-journal`);
      writeFileSync(path, "no database at all, but somebody's file");
      await expect(restoreBackup(path, undefined, options)).rejects.toMatchObject({ code: "DB_NOT_A_DATABASE" });
      expect(readFileSync(path, "utf8")).toContain("somebody's file");
    });

    it("refuses when the tables have changed since, and when there is nothing to restore", async () => {
      const path = await bareDatabase(engine);
      await expect(restoreBackup(path, undefined, options)).rejects.toMatchObject({ code: "ALERTS_NO_BACKUP" });
      await set(path, "ada@example.org");
      await expect(restoreBackup(path, "../alertData.db", options)).rejects.toMatchObject({ code: "ALERTS_NO_BACKUP" });
      await editDatabase(path, engine, (db) => {
        db.run("ALTER TABLE ZADALERT ADD COLUMN ZNEW INTEGER");
      });
      await expect(restoreBackup(path, undefined, options)).rejects.toMatchObject({ code: "ALERTS_SCHEMA" });
      expect(await list(path)).toEqual(["ada@example.org"]);
    });

    it("says what else it changes: languages and services", async () => {
      const path = await bareDatabase(engine);
      await set(path, "ada@example.org");
      await changeRecipients(path, { kind: "add", wanted: [{ address: "Ada@example.org", language: "de" }] }, options);
      await switchServices(path, { names: ["Mail"], on: true, mail: true, push: false }, options);
      const [, before] = await listBackups(path, options);
      const report = await restoreBackup(path, before?.name, options);
      expect(report.changed).toEqual(["ada@example.org: language en, mails on", "Mail: mail off, push off"]);
      expect(report).toMatchObject({ total: 1, added: [], removed: [] });
    });

    it("changes nothing in a dry run", async () => {
      const path = await bareDatabase(engine);
      await set(path, "ada@example.org");
      const report = await restoreBackup(path, undefined, { ...options, dryRun: true });
      expect(report.removed).toHaveLength(1);
      expect(await list(path)).toEqual(["ada@example.org"]);
      expect(listBackupNames(path)).toHaveLength(1);
    });
  });
}
