/**
 * The table of caches and their tags: one row a cache, known by its serial number, GUID or host name. Pure.
 *
 * Columns are found by their names. `server` gives a cache another name; every other column is a tag, and `-` or an empty
 * cell is left out. A row that cannot be used is a fault with its line, and the others are used.
 *
 * @module
 */
import { decodeText, findDelimiter, readRecord, separatorLine, splitLines } from "../../../core/csv.ts";
import { MEASUREMENTS } from "../../../core/schema.ts";
import type { CacheNames, Site, Sites } from "./site.ts";

/** Something in the table that is not used as it was meant. */
export interface SiteFault {
  /** From 1; 0 for the whole table. */
  readonly line: number;
  readonly problem: string;
}

/** A row. */
export interface SiteRow extends Site, CacheNames {
  readonly line: number;
}

export interface SiteTable {
  readonly rows: readonly SiteRow[];
  /** Names of the columns that are tags. */
  readonly tags: readonly string[];
  readonly faults: readonly SiteFault[];
}

type Key = keyof CacheNames | "server";

/** Names a column goes by, letters alone. */
const NAMES: Readonly<Record<Key, readonly string[]>> = {
  serial: ["serial", "serialnumber", "serialno", "seriennummer"],
  guid: ["guid", "serverguid"],
  hostname: ["hostname", "host", "computername", "computer"],
  server: ["server"],
};
const KEYS = Object.keys(NAMES) as Key[];

const TAG = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const OURS: ReadonlySet<string> = new Set(["server", "time", ...MEASUREMENTS.flatMap(({ tags }) => tags)]);
const MAX_ROWS = 100_000;
const MAX_TAG = 200;

/** Reads a table. */
export function parseSites(bytes: Uint8Array): SiteTable {
  const lines = splitLines(decodeText(bytes));
  const delimiter = findDelimiter(lines);
  const faults: SiteFault[] = [];
  const rows: SiteRow[] = [];
  let header: Header | undefined;
  for (let at = separatorLine(lines[0] ?? "") === undefined ? 0 : 1; at < lines.length; ) {
    const line = at + 1;
    const record = readRecord(lines, at, delimiter);
    if ("problem" in record) {
      faults.push({ line, problem: record.problem });
      at++;
      continue;
    }
    at = record.next;
    const cells = record.fields.map(({ text }) => text);
    if (cells.every((cell) => cell === "") || cells[0]?.startsWith("#") === true) continue;
    if (header === undefined) {
      header = headerOf(cells, line, faults);
      if (header === undefined) return { rows, tags: [], faults };
    } else if (rows.length < MAX_ROWS) addRow({ cells, line, header, rows, faults });
  }
  if (header === undefined) faults.push({ line: 0, problem: "it is empty" });
  return { rows, tags: [...(header?.tags.values() ?? [])], faults: [...faults, ...doubles(rows)] };
}

interface Header {
  readonly keys: ReadonlyMap<Key, number>;
  /** Names of tags, by column. */
  readonly tags: ReadonlyMap<number, string>;
}

function headerOf(cells: readonly string[], line: number, faults: SiteFault[]): Header | undefined {
  const keys = new Map<Key, number>();
  const tags = new Map<number, string>();
  for (const [i, cell] of cells.entries()) {
    const plain = cell.toLowerCase().replaceAll(/[^a-z]/g, "");
    const key = KEYS.find((each) => NAMES[each].includes(plain) && !keys.has(each));
    if (key !== undefined) keys.set(key, i);
    else if (cell === "") continue;
    else if (OURS.has(cell))
      faults.push({ line, problem: `the column "${cell}" is left out: larder has a tag of that name` });
    else if (TAG.test(cell)) tags.set(i, cell);
    else
      faults.push({
        line,
        problem: `the column "${cell.slice(0, 40)}" is left out: a tag's name is a letter, then letters, digits, _ . -`,
      });
  }
  if (keys.has("serial") || keys.has("guid") || keys.has("hostname")) return { keys, tags };
  faults.push({ line, problem: "no column says which cache a row is about: expected serial, guid or hostname" });
  return undefined;
}

interface RowContext {
  readonly cells: readonly string[];
  readonly line: number;
  readonly header: Header;
  readonly rows: SiteRow[];
  readonly faults: SiteFault[];
}

function addRow({ cells, line, header, rows, faults }: RowContext): void {
  const cell = (key: Key): string => {
    const text = cells[header.keys.get(key) ?? -1] ?? "";
    return text === "-" ? "" : text;
  };
  const names = {
    serial: cell("serial").toUpperCase(),
    guid: cell("guid").toUpperCase(),
    hostname: plainHost(cell("hostname")),
  };
  if (Object.values(names).every((name) => name === "")) {
    faults.push({ line, problem: "it says of no cache which one: serial, guid and hostname are empty" });
    return;
  }
  const tags: Record<string, string> = {};
  for (const [i, tag] of header.tags) {
    const value = (cells[i] ?? "").slice(0, MAX_TAG);
    if (value !== "" && value !== "-") tags[tag] = value;
  }
  rows.push({ line, ...names, server: cell("server") || undefined, tags });
}

/** Rows that say the same of two: the first counts. */
function doubles(rows: readonly SiteRow[]): SiteFault[] {
  const seen = new Map<string, number>();
  const faults: SiteFault[] = [];
  for (const row of rows) {
    for (const key of ["serial", "guid", "hostname", "server"] as const) {
      const name = row[key] ?? "";
      if (name === "") continue;
      const first = seen.get(`${key} ${name}`);
      if (first === undefined) seen.set(`${key} ${name}`, row.line);
      else faults.push({ line: row.line, problem: `the ${key} "${name}" is in line ${first} too, which counts` });
    }
  }
  return faults;
}

/** A host name as it is compared: without `.local`, in small letters. */
function plainHost(name: string): string {
  return name.toLowerCase().replace(/\.local\.?$/, "");
}

/** The table, ready to be asked. @param unassigned tags of a cache that is not in it */
export function sitesOf(table: SiteTable, unassigned: Readonly<Record<string, string>>): Sites {
  const [serials, guids, hosts] = (["serial", "guid", "hostname"] as const).map((key) => {
    const rows = new Map<string, SiteRow>();
    for (const row of table.rows) if (row[key] !== "" && !rows.has(row[key])) rows.set(row[key], row);
    return rows;
  });
  return {
    unassigned,
    find: ({ serial, guid, hostname }) =>
      serials?.get(serial.toUpperCase()) ??
      guids?.get(guid.toUpperCase()) ??
      hosts?.get(plainHost(hostname)) ??
      // a short name stands for the whole one
      hosts?.get(plainHost(hostname).replace(/\..*$/s, "")),
  };
}
