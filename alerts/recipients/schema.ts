/**
 * The database of macOS Server's alerts as it is when nobody has used it yet: tables, services, books.
 *
 * Schema and rows: `calum-github/Serveralerts`, commits 1588d37 and 51d4797 (facts of the format). Not taken over are its
 * faults: a Z_MAX carried over from a live server, and row versions of rows that somebody had edited.
 *
 * @module
 */
import type { SqliteValue } from "../../core/sqlite/sqlite.ts";

/** One statement of the bare database. */
export interface SchemaStatement {
  readonly sql: string;
  readonly parameters: readonly SqliteValue[];
}

export const MAIL_RECIPIENT = "ADMailRecipient";
export const ALERT_BUNDLE = "ADAlertBundle";

const TABLES = [
  `CREATE TABLE ZADALERT ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZCREATIONDATE TIMESTAMP,
   ZREADDATE TIMESTAMP, ZRESOLVEDDATE TIMESTAMP, ZSENTDATE TIMESTAMP, ZBUNDLE VARCHAR, ZIDENTIFIER VARCHAR,
   ZTYPE VARCHAR, ZATTRIBUTES BLOB )`,
  `CREATE TABLE ZADALERTBUNDLE ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZENABLED INTEGER,
   ZMAILENABLED INTEGER, ZPUSHENABLED INTEGER, ZBUNDLE VARCHAR, ZNAME VARCHAR )`,
  `CREATE TABLE ZADATTRIBUTE ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZNAME VARCHAR, ZVALUE VARCHAR )`,
  `CREATE TABLE ZADMAILRECIPIENT ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZENABLED INTEGER,
   ZADDRESS VARCHAR, ZLOCALIZATION VARCHAR )`,
  `CREATE TABLE ZADPUSHRECIPIENT ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZENABLED INTEGER,
   ZGUID VARCHAR, ZLOCALIZATION VARCHAR, ZNAME VARCHAR, ZTOKEN BLOB )`,
  `CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME VARCHAR, Z_SUPER INTEGER, Z_MAX INTEGER)`,
  `CREATE TABLE Z_METADATA (Z_VERSION INTEGER PRIMARY KEY, Z_UUID VARCHAR(255), Z_PLIST BLOB)`,
  `CREATE TABLE Z_MODELCACHE (Z_CONTENT BLOB)`,
].map((sql) => sql.replaceAll(/\s+/g, " "));

/** ZBUNDLE and ZNAME, in the order of their rows. */
const SERVICES = [
  ["CertificateAlerts", "Certificate"],
  ["Caching", "Caching"],
  ["CalendarContactsAlerts", "CalendarAndContacts"],
  ["Firewall", "Firewall"],
  ["Mail", "Mail"],
  ["TimeMachine", "Time Machine"],
  ["Common", "Common"],
  ["SoftwareUpdate", "Software Update"],
  ["NetworkConfiguration", "Network Configuration"],
  ["Xsan", "Xsan"],
  ["XcodeServer", "Xcode Server"],
  ["ProfileManager", "Profile Manager"],
  ["Disk", "Disk"],
] as const;

/** Services that mail and push from the start: the cache itself, and custom alerts, which are posted under Common. */
const ON_FROM_THE_START: ReadonlySet<string> = new Set(["Caching", "Common"]);

/** Entities in alphabetical order, as Core Data numbers them, with how many rows a bare database has of each. */
const ENTITIES = [
  ["ADAlert", 0],
  [ALERT_BUNDLE, SERVICES.length],
  ["ADAttribute", 1],
  [MAIL_RECIPIENT, 0],
  ["ADPushRecipient", 0],
] as const;

/** Identity of a store: a row of Z_METADATA. */
export interface StoreIdentity {
  readonly uuid: string;
  /** Property list without the UUID. */
  readonly plist: Uint8Array;
}

/** Everything that makes the bare database, in order. Without an identity Z_METADATA stays empty. */
export function bareDatabase(identity: StoreIdentity | undefined): SchemaStatement[] {
  const entity = (name: string) => ENTITIES.findIndex(([known]) => known === name) + 1;
  const services = SERVICES.map(([bundle, name], index) => {
    const on = ON_FROM_THE_START.has(bundle) ? 1 : 0;
    return [index + 1, entity(ALERT_BUNDLE), 1, 1, on, on, bundle, name];
  });
  const books = ENTITIES.map(([name, rows], index) => [index + 1, name, 0, rows]);
  return [
    ...TABLES.map((sql) => ({ sql, parameters: [] })),
    ...books.map((row) => insert("Z_PRIMARYKEY", row)),
    ...services.map((row) => insert("ZADALERTBUNDLE", row)),
    insert("ZADATTRIBUTE", [1, entity("ADAttribute"), 1, "pushEnabled", "0"]),
    ...(identity === undefined ? [] : [insert("Z_METADATA", [1, identity.uuid, identity.plist])]),
  ];
}

function insert(table: string, row: readonly SqliteValue[]): SchemaStatement {
  return { sql: `INSERT INTO ${table} VALUES (${row.map(() => "?").join(", ")})`, parameters: row };
}
