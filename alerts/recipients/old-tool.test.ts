import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { chooseEngine } from "../../core/sqlite/open.ts";
import { sharedData } from "../../fixtures/shared-data.ts";
import { changeRecipients, loadAlertData } from "./store.ts";
import { newPath, optionsFor, removeFolders } from "./testing/databases.ts";
import { insertAsCoreData, noPython, query } from "./testing/independent.ts";

const FILES = ["alertData.schema.sql", "Z_PRIMARYKEY.rows.csv", "ZADALERTBUNDLE.rows.csv", "ZADATTRIBUTE.rows.csv"];
const paths = FILES.map((name) => sharedData(`alerts/${name}`)).filter((path) => path !== undefined);
const missing = paths.length === FILES.length ? noPython : "the published schema and rows are not here";
if (missing !== undefined) process.stderr.write(`published alertData.db skipped: ${missing}\n`);

/** The published schema and rows, loaded by a program that is not ours, with recipients added as the older tool does. */
async function publishedDatabase(): Promise<string> {
  const path = await newPath();
  const [schema = "", ...tables] = paths.map((file) => readFileSync(file, "utf8"));
  const statements = schema
    .replaceAll(/^--.*$/gm, "")
    .split(";")
    .filter((sql) => sql.trim() !== "");
  const rows = tables.flatMap((csv, i) => {
    const table = FILES[i + 1]?.split(".")[0];
    const lines = csv.trim().split("\n").slice(1);
    return lines.map((line) => `INSERT INTO ${table} VALUES ('${line.split(",").join("', '")}')`);
  });
  const added = ["a@example.org", "b@example.org", "c@example.org"].map(
    (address) =>
      `INSERT INTO ZADMAILRECIPIENT (Z_ENT, Z_OPT, ZENABLED, ZADDRESS, ZLOCALIZATION) VALUES ('4', '1', '1', '${address}', 'en')`,
  );
  query(path, ...statements, ...rows, ...added);
  return path;
}

describe.skipIf(missing !== undefined)("the older tool's database, from the published schema and rows", () => {
  afterAll(removeFolders);
  const options = optionsFor(chooseEngine({}));

  it("is read, repaired and added to, and then takes an insert as Core Data makes it", async () => {
    const path = await publishedDatabase();
    expect(() => insertAsCoreData(path, "clash@example.org")).toThrow(
      "UNIQUE constraint failed: ZADMAILRECIPIENT.Z_PK",
    );
    const data = await loadAlertData(path, options);
    expect(data.recipients.map(({ row, address }) => [row, address])).toEqual([
      [1, "a@example.org"],
      [2, "b@example.org"],
      [3, "c@example.org"],
    ]);
    expect(data.services).toHaveLength(13);
    expect(data.repairs).toHaveLength(1);
    const report = await changeRecipients(path, { kind: "add", wanted: [{ address: "d@example.org" }] }, options);
    expect(report.changes.inserts.map(({ row }) => row)).toEqual([4]);
    expect(insertAsCoreData(path, "e@example.org")).toBe(5);
    expect(query(path, "SELECT Z_MAX FROM Z_PRIMARYKEY ORDER BY Z_ENT").flat()).toEqual([30, 13, 1, 5, 0]);
    expect(query(path, "PRAGMA integrity_check")).toEqual([["ok"]]);
  });
});
