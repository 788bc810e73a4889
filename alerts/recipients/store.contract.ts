import { chmodSync, chownSync, existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { SqliteEngine } from "../../core/sqlite/database.ts";
import { readRecipients } from "../index.ts";
import { backupFolder, listBackupNames } from "./backup.ts";
import { initDatabase } from "./init.ts";
import type { RecipientRequest } from "./model.ts";
import { switchServices } from "./services.ts";
import { changeRecipients, loadAlertData } from "./store.ts";
import {
  bareDatabase,
  editDatabase,
  newPath,
  oldToolDatabase,
  optionsFor,
  otherVersion,
  removeFolders,
} from "./testing/databases.ts";
import { insertAsCoreData, noPython, query } from "./testing/independent.ts";

const LAST_ROWS = "SELECT Z_NAME, Z_MAX FROM Z_PRIMARYKEY ORDER BY Z_ENT";
const RECIPIENTS = "SELECT * FROM ZADMAILRECIPIENT ORDER BY Z_PK";

/** What holds of the list whichever engine is behind it. Every file is read back by a program that is not ours. */
export function describeAlertStore(engine: SqliteEngine): void {
  const options = optionsFor(engine);
  const add = (path: string, ...addresses: string[]) =>
    changeRecipients(path, { kind: "add", wanted: addresses.map((address) => ({ address })) }, options);

  describe.skipIf(noPython !== undefined)(`alertData.db, ${engine} engine`, () => {
    afterAll(removeFolders);

    it("init makes the whole bare database, with right books and two services on", async () => {
      const path = `${dirname(await newPath())}/new/folder/alertData.db`;
      const report = await initDatabase(path, { withoutMetadata: false }, options);
      expect(report).toMatchObject({ created: true, recipients: 0 });
      expect(query(path, "PRAGMA integrity_check")).toEqual([["ok"]]);
      const tables = query(path, "SELECT name FROM sqlite_master ORDER BY name").flat();
      expect(tables).toHaveLength(8);
      expect(query(path, LAST_ROWS)).toEqual([
        ["ADAlert", 0],
        ["ADAlertBundle", 13],
        ["ADAttribute", 1],
        ["ADMailRecipient", 0],
        ["ADPushRecipient", 0],
      ]);
      const on = query(path, "SELECT ZBUNDLE, Z_ENT, Z_OPT FROM ZADALERTBUNDLE WHERE ZMAILENABLED AND ZPUSHENABLED");
      expect(on).toEqual([
        ["Caching", 2, 1],
        ["Common", 2, 1],
      ]);
      expect(query(path, "SELECT Z_VERSION, length(Z_UUID), substr(Z_PLIST, 1, 8) FROM Z_METADATA")).toEqual([
        [1, 36, Buffer.from("bplist00").toString("hex")],
      ]);
      expect(query(path, "SELECT * FROM ZADATTRIBUTE")).toEqual([[1, 3, 1, "pushEnabled", "0"]]);
    });

    it("init leaves a database that is there as it is, and a foreign file too", async () => {
      const path = await bareDatabase(engine);
      await add(path, "ada@example.org");
      expect(await initDatabase(path, { withoutMetadata: false }, options)).toMatchObject({
        created: false,
        recipients: 1,
      });
      const foreign = await newPath();
      writeFileSync(foreign, "dear diary\n".repeat(200));
      await expect(initDatabase(foreign, { withoutMetadata: false }, options)).rejects.toMatchObject({
        code: "DB_NOT_A_DATABASE",
      });
      expect(readdirSync(dirname(foreign))).toEqual(["alertData.db"]);
    });

    it("repairs the old tool's Z_MAX, says so, adds, and Core Data's next insert does not clash", async () => {
      const path = await oldToolDatabase(engine);
      expect(() => insertAsCoreData(path, "clash@example.org")).toThrow(/UNIQUE constraint failed/);
      const before = await loadAlertData(path, options);
      expect(before.repairs.map(({ text }) => text)).toEqual([
        expect.stringContaining("ADMailRecipient 2 → 3: row 3 exists"),
      ]);
      const report = await add(path, "four@example.org");
      expect(report).toMatchObject({ total: 4, repairs: before.repairs, changes: { inserts: [{ row: 4 }] } });
      expect(insertAsCoreData(path, "five@example.org")).toBe(5);
      expect((await add(path, "six@example.org")).changes.inserts[0]?.row).toBe(6);
      expect(query(path, LAST_ROWS)).toContainEqual(["ADMailRecipient", 6]);
      expect(query(path, LAST_ROWS)).toContainEqual(["ADAlert", 30]);
      expect((await loadAlertData(path, options)).recipients.map(({ address }) => address)).toEqual([
        "one@example.org",
        "two@example.org",
        "o'three@example.org",
        "four@example.org",
        "five@example.org",
        "six@example.org",
      ]);
    });

    it("repairs the books even when nothing else is to be done, once", async () => {
      const path = await oldToolDatabase(engine);
      const first = await add(path, "one@example.org");
      expect(first).toMatchObject({ repairs: [{ kind: "last-row" }], changes: { inserts: [] } });
      expect(first.backup).toBeDefined();
      expect(await add(path, "one@example.org")).toMatchObject({ repairs: [], backup: undefined });
    });

    it("never gives a row number out twice, and never lowers Z_MAX", async () => {
      const path = await bareDatabase(engine);
      await add(path, "ada@example.org", "bob@example.org");
      await changeRecipients(path, { kind: "remove", addresses: ["bob@example.org"] }, options);
      expect(query(path, LAST_ROWS)).toContainEqual(["ADMailRecipient", 2]);
      expect((await add(path, "eve@example.org")).changes.inserts[0]?.row).toBe(3);
    });

    it("reads entity numbers from the file and leaves columns, tables and indexes of other versions as they are", async () => {
      const path = await otherVersion(engine);
      await add(path, "first@example.org", "second@example.org");
      await changeRecipients(
        path,
        { kind: "add", wanted: [{ address: "first@example.org", language: "de" }] },
        options,
      );
      await switchServices(path, { names: ["mail"], on: true, mail: true, push: false }, options);
      expect(query(path, RECIPIENTS)).toEqual([
        [1, 14, 4, 1, "first@example.org", "de", "00ff", 9],
        [2, 14, 1, 1, "second@example.org", "en", null, 5],
      ]);
      expect(query(path, "SELECT * FROM ZADSOUND")).toEqual([[4, 16, 1, "Glass"]]);
      expect(
        query(path, "SELECT Z_ENT, ZMAILENABLED, ZPUSHENABLED, Z_OPT FROM ZADALERTBUNDLE WHERE ZBUNDLE = 'Mail'"),
      ).toEqual([[12, 1, 0, 2]]);
      expect(query(path, "SELECT name FROM sqlite_master WHERE type = 'index'")).toEqual([["BYADDRESS"]]);
      expect(query(path, "PRAGMA integrity_check")).toEqual([["ok"]]);
      expect(insertAsCoreData(path, "third@example.org")).toBe(3);
    });

    it("sets right recipients that carry the entity number of another version", async () => {
      const path = await otherVersion(engine);
      await editDatabase(path, engine, (db) => {
        db.run("UPDATE ZADMAILRECIPIENT SET Z_ENT = 4 WHERE Z_PK = 1");
      });
      const report = await changeRecipients(path, { kind: "remove", addresses: ["x@y.org"] }, options);
      expect(report.repairs).toMatchObject([{ kind: "entity" }]);
      expect(query(path, "SELECT Z_ENT, Z_OPT FROM ZADMAILRECIPIENT")).toEqual([[14, 4]]);
    });

    it("refuses politely what is not an alertData.db", async () => {
      const path = await newPath();
      query(path, "CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY)");
      await expect(add(path, "a@example.org")).rejects.toMatchObject({
        code: "ALERTS_FOREIGN",
        message: expect.stringContaining("has no table Z_PRIMARYKEY"),
      });
      const cut = await bareDatabase(engine);
      query(cut, "ALTER TABLE ZADMAILRECIPIENT DROP COLUMN ZLOCALIZATION");
      await expect(add(cut, "a@example.org")).rejects.toThrow(/ZADMAILRECIPIENT has no column ZLOCALIZATION/);
      const bookless = await bareDatabase(engine);
      query(bookless, "DELETE FROM Z_PRIMARYKEY WHERE Z_NAME = 'ADMailRecipient'");
      await expect(add(bookless, "a@example.org")).rejects.toMatchObject({ code: "ALERTS_BOOKS" });
      // reading needs no books
      expect((await loadAlertData(bookless, options)).recipients).toEqual([]);
      await expect(add(await newPath(), "a@example.org")).rejects.toMatchObject({ code: "DB_MISSING" });
      expect(existsSync(backupFolder(path)) || existsSync(backupFolder(bookless))).toBe(false);
    });

    it("changes nothing in a dry run and leaves no file", async () => {
      const path = await oldToolDatabase(engine);
      const files = readdirSync(dirname(path));
      const before = query(path, RECIPIENTS);
      const request: RecipientRequest = { kind: "set", wanted: [{ address: "new@example.org" }] };
      const report = await changeRecipients(path, request, optionsFor(engine, { dryRun: true }));
      expect(report).toMatchObject({ total: 1, dryRun: true, backup: undefined, changes: { inserts: [{ row: 4 }] } });
      expect(report.changes.deletes).toHaveLength(3);
      expect(query(path, RECIPIENTS)).toEqual(before);
      expect(readdirSync(dirname(path))).toEqual(files);
    });

    it("backs up before every change, keeps the last ten, and keeps owner, group and mode", async () => {
      const path = await bareDatabase(engine);
      chmodSync(path, 0o640);
      const root = process.getuid?.() === 0;
      if (root) chownSync(path, 501, 20);
      for (let i = 0; i < 13; i++)
        await changeRecipients(path, { kind: "add", wanted: [{ address: `a${i}@example.org` }] }, options);
      const names = listBackupNames(path);
      expect(names).toHaveLength(10);
      const copies = names.map((name) => loadAlertData(`${backupFolder(path)}/${name}`, options));
      expect((await Promise.all(copies)).map(({ recipients }) => recipients.length)).toEqual([
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
      ]);
      for (const file of [path, `${backupFolder(path)}/${names[0]}`]) {
        const { mode, uid, gid } = statSync(file);
        expect(mode & 0o777).toBe(0o640);
        if (root) expect([uid, gid]).toEqual([501, 20]);
      }
      expect(statSync(backupFolder(path)).mode & 0o777).toBe(0o700);
      expect(readdirSync(backupFolder(path))).toEqual(names);
      expect(readdirSync(dirname(path)).sort()).toEqual(["alertData.db", "alertData.db.backups"]);
    });

    it("changes nothing when no backup can be made", async () => {
      const path = await bareDatabase(engine);
      writeFileSync(backupFolder(path), "in the way");
      await expect(add(path, "a@example.org")).rejects.toMatchObject({ code: "ALERTS_BACKUP" });
      expect(query(path, RECIPIENTS)).toEqual([]);
    });

    it("stores addresses with quotes as they are, and lets nothing in them become SQL", async () => {
      const path = await bareDatabase(engine);
      await add(path, "o'brien@example.org", "x');DROP/**/TABLE/**/ZADALERT;--@example.org".replaceAll(/[();]/g, "'"));
      expect(query(path, "SELECT ZADDRESS FROM ZADMAILRECIPIENT")[0]).toEqual(["o'brien@example.org"]);
      expect(query(path, "SELECT count(*) FROM ZADALERT")).toEqual([[0]]);
    });

    it("gives the notifiers every active recipient once", async () => {
      const path = await bareDatabase(engine);
      query(
        path,
        "INSERT INTO ZADMAILRECIPIENT VALUES (1,4,1,0,'ada@example.org','en'),(2,4,1,1,'ADA@example.org','de'),(3,4,1,1,'Ada@Example.org','fr'),(4,4,1,0,'off@example.org','en'),(5,4,1,1,NULL,NULL)",
      );
      expect(await readRecipients(path, options)).toEqual([
        { address: "ADA@example.org", language: "de", enabled: true },
      ]);
    });

    it("switches services, once, and names those it does not know", async () => {
      const path = await bareDatabase(engine);
      const request = { names: ["time machine", "TimeMachine", "caching"], on: true, mail: true, push: true };
      const report = await switchServices(path, request, options);
      expect(report.changed.map(({ after }) => after.bundle)).toEqual(["TimeMachine"]);
      expect(report.unchanged.map(({ bundle }) => bundle)).toEqual(["Caching"]);
      const off = await switchServices(path, { names: [], on: false, mail: false, push: true }, options);
      expect(off.changed).toHaveLength(3);
      expect(query(path, "SELECT sum(ZMAILENABLED), sum(ZPUSHENABLED), max(Z_OPT) FROM ZADALERTBUNDLE")).toEqual([
        [3, 0, 3],
      ]);
      await expect(switchServices(path, { ...request, names: ["Cashing"] }, options)).rejects.toMatchObject({
        code: "ALERTS_UNKNOWN_SERVICE",
        message: expect.stringContaining("CertificateAlerts, Caching"),
      });
    });
  });
}
