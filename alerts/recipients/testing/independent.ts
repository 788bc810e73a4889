/**
 * A program of somebody else's that opens the database: Python's sqlite3.
 *
 * @module
 */
import { spawnSync } from "node:child_process";

/** The interpreter itself: what is called python3 may be a slow script that looks for it. */
const found = spawnSync("python3", ["-c", "import sqlite3, sys; print(sys.executable)"], { encoding: "utf8" });

/** Why there is no independent program here; undefined when there is one. */
export const noPython: string | undefined =
  found.status === 0 ? undefined : "python3 with its sqlite3 module is missing";

const QUERY = `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
rows = []
for sql in json.loads(sys.argv[2]):
    rows = db.execute(sql).fetchall()
db.commit()
print(json.dumps(rows, default=lambda value: value.hex()))
`;

/** As Core Data inserts: takes Z_MAX + 1 for the row and stores it back. Fails where the books are wrong. */
const CORE_DATA_INSERT = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
db.execute("BEGIN IMMEDIATE")
ent, last = db.execute("SELECT Z_ENT, Z_MAX FROM Z_PRIMARYKEY WHERE Z_NAME = 'ADMailRecipient'").fetchone()
db.execute("INSERT INTO ZADMAILRECIPIENT (Z_PK, Z_ENT, Z_OPT, ZENABLED, ZADDRESS, ZLOCALIZATION) VALUES (?, ?, 1, 1, ?, 'en')",
           (last + 1, ent, sys.argv[2]))
db.execute("UPDATE Z_PRIMARYKEY SET Z_MAX = ? WHERE Z_NAME = 'ADMailRecipient'", (last + 1,))
db.execute("COMMIT")
print(last + 1)
`;

/** Runs statements in one connection and commits; the rows of the last, blobs as hex. */
export function query(path: string, ...statements: readonly string[]): unknown[][] {
  return JSON.parse(python(QUERY, path, JSON.stringify(statements))) as unknown[][];
}

/** Inserts a recipient as Core Data does; the row it got. Throws SQLite's error when the row is taken. */
export function insertAsCoreData(path: string, address: string): number {
  return Number(python(CORE_DATA_INSERT, path, address));
}

function python(script: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(found.stdout.trim(), ["-I", "-S", "-c", script, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}
