/**
 * Databases as the tests find them: bare, as the old tool leaves them, of another version.
 *
 * @module
 */
import { mkdtempSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqliteEngine, SqliteWriter } from "../../../core/sqlite/database.ts";
import { withWriteTransaction } from "../../../core/sqlite/write/write.ts";
import { ALERTS_DEFAULTS, type AlertsOptions } from "../../options.ts";
import { initDatabase } from "../init.ts";

/** All databases of one test process lie here. */
const base = mkdtempSync(join(tmpdir(), "larder-alerts-"));

/** A path in a new folder, removed by `removeFolders`. */
export async function newPath(): Promise<string> {
  return join(await mkdtemp(join(base, "db-")), "alertData.db");
}

export async function removeFolders(): Promise<void> {
  for (const name of await readdir(base)) await rm(join(base, name), { recursive: true, force: true });
}

export function optionsFor(engine: SqliteEngine, more: Partial<AlertsOptions> = {}): AlertsOptions {
  return { ...ALERTS_DEFAULTS, engine, ...more };
}

/** The bare database. */
export async function bareDatabase(engine: SqliteEngine): Promise<string> {
  const path = await newPath();
  await initDatabase(path, { withoutMetadata: false }, optionsFor(engine));
  return path;
}

/**
 * As the older tool makes it and adds three recipients: Z_MAX 30 and 2 carried over from a live server, then rows
 * 1, 2 and 3 inserted without a look at the books, with numbers pasted in as text.
 */
export async function oldToolDatabase(engine: SqliteEngine): Promise<string> {
  const path = await newPath();
  await initDatabase(path, { withoutMetadata: true }, optionsFor(engine));
  await editDatabase(path, engine, (db) => {
    db.run("UPDATE Z_PRIMARYKEY SET Z_MAX = 30 WHERE Z_NAME = 'ADAlert'", []);
    db.run("UPDATE Z_PRIMARYKEY SET Z_MAX = 2 WHERE Z_NAME = 'ADMailRecipient'", []);
    db.run("UPDATE ZADALERTBUNDLE SET ZMAILENABLED = 1, ZPUSHENABLED = 1, Z_OPT = 2", []);
    for (const address of ["one@example.org", "two@example.org", "o''three@example.org"]) {
      db.run(
        `INSERT INTO ZADMAILRECIPIENT (Z_ENT, Z_OPT, ZENABLED, ZADDRESS, ZLOCALIZATION) VALUES ('4', '1', '1', '${address}', 'en')`,
        [],
      );
    }
  });
  return path;
}

/** As another version might have it: other entity numbers, more columns, more tables, an index. */
export async function otherVersion(engine: SqliteEngine): Promise<string> {
  const path = await newPath();
  await initDatabase(path, { withoutMetadata: false }, optionsFor(engine));
  await editDatabase(path, engine, (db) => {
    db.run("UPDATE Z_PRIMARYKEY SET Z_ENT = Z_ENT + 10", []);
    for (const table of ["ZADALERTBUNDLE", "ZADATTRIBUTE"]) db.run(`UPDATE ${table} SET Z_ENT = Z_ENT + 10`, []);
    db.run("ALTER TABLE ZADMAILRECIPIENT ADD COLUMN ZPHOTO BLOB", []);
    db.run("ALTER TABLE ZADMAILRECIPIENT ADD COLUMN ZRETRIES INTEGER NOT NULL DEFAULT 5", []);
    db.run("CREATE TABLE ZADSOUND (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZNAME VARCHAR)", []);
    db.run("INSERT INTO ZADSOUND VALUES (4, 16, 1, 'Glass')", []);
    db.run("INSERT INTO Z_PRIMARYKEY VALUES (16, 'ADSound', 0, 4)", []);
    db.run("CREATE INDEX BYADDRESS ON ZADMAILRECIPIENT (ZADDRESS)", []);
    db.run(
      "INSERT INTO ZADMAILRECIPIENT (Z_PK, Z_ENT, Z_OPT, ZENABLED, ZADDRESS, ZLOCALIZATION, ZPHOTO, ZRETRIES) VALUES (1, 14, 3, 1, 'first@example.org', 'fr', x'00ff', 9)",
      [],
    );
    db.run("UPDATE Z_PRIMARYKEY SET Z_MAX = 1 WHERE Z_ENT = 14", []);
  });
  return path;
}

/** Changes a database behind the room's back. */
export async function editDatabase(
  path: string,
  engine: SqliteEngine,
  edit: (db: SqliteWriter) => void,
): Promise<void> {
  await withWriteTransaction(path, { engine }, edit);
}
