/**
 * Devices from a table somebody exported: one row a device, or one row a kind with its count.
 *
 * Columns are found by their names, whatever their order, also below a line of title: the many other columns of an export
 * (names, serial numbers, users) are not read. What a spreadsheet made of a cell is undone where it can be (`="iPad2,1"`,
 * `1.200`, an `iPad2,1` cut at its comma), and an error with the line where it cannot.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { type Delimiter, decodeText, findDelimiter, readRecord, separatorLine, splitLines } from "../../core/csv.ts";
import { errorText, LarderError } from "../../core/errors.ts";
import { regularFile } from "../../core/file-pieces.ts";
import { buildFault, parseCount, plainDecimal, rejoined, versionFault, withoutFormulas } from "./csv-cells.ts";
import { DeviceCounter } from "./device-counter.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import type { DeviceOptionsOf } from "./options.ts";

type Column = "model" | "os" | "build" | "board" | "count";

/** Names a column goes by, letters and digits only; the first that is there wins. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  model: [
    "modelidentifier",
    "modelid",
    "modellid",
    "productname",
    "producttype",
    "devicemodel",
    "systemmodel",
    "model",
  ],
  os: ["osversion", "operatingsystemversion", "productversion", "os", "version"],
  build: ["osbuild", "operatingsystembuild", "buildversion", "build", "supplementalbuildversion"],
  board: ["board", "softwareupdatedeviceid", "hwmodel", "boardid"],
  count: ["count", "devices", "number", "quantity", "anzahl"],
};

const DELIMITERS: readonly Delimiter[] = [",", ";", "\t", "|"];
const MAX_BYTES = 64 * 1024 * 1024;
/** How far down the line of column names may be. */
const HEADER_RECORDS = 20;
const TOTAL = /^(?:grand )?(?:total|sum|summe|gesamt|somme)\b/i;

/** The device source behind `kind: "csv"`. */
export function csvSource(options: DeviceOptionsOf<"csv">): DeviceSource {
  return { name: "csv", count: (context) => count(options.path, context) };
}

async function count(path: string, context: DeviceContext) {
  const lines = await readLines(path, context);
  const delimiter = findDelimiter(lines, DELIMITERS);
  const tally = new DeviceCounter();
  const seen: string[][] = [];
  let header: Header | undefined;
  for (let index = separatorLine(lines[0] ?? "", DELIMITERS) === undefined ? 0 : 1; index < lines.length; ) {
    context.signal.throwIfAborted();
    const line = index + 1;
    const record = readRecord(lines, index, delimiter);
    if ("problem" in record) throw broken(path, `line ${line}: ${record.problem}`);
    index = record.next;
    const fields = record.fields.map(({ text }) => text.trim());
    if (fields.every((field) => field === "")) continue;
    if (header === undefined) {
      header = findHeader(fields, delimiter);
      if (header === undefined && seen.push(fields) === HEADER_RECORDS) break;
    } else countRow(fields, { header, tally, fail: (problem) => broken(path, `line ${line}: ${problem}`) });
  }
  if (header === undefined) throw noHeader(path, seen);
  return tally.finish("csv", context);
}

async function readLines(path: string, { signal }: DeviceContext): Promise<string[]> {
  try {
    const { size } = await regularFile(path);
    if (size > MAX_BYTES) throw broken(path, `it is longer than the ${MAX_BYTES} bytes we take`);
    return splitLines(decodeText(await readFile(path, { signal }))).map(withoutFormulas);
  } catch (error) {
    if (error instanceof LarderError && error.code !== "FILE_KIND") throw error;
    throw new LarderError(`Cannot read devices "${path}": ${errorText(error)}`, {
      code: "DEVICES_UNREACHABLE",
      cause: error,
    });
  }
}

interface Header {
  readonly columns: Partial<Record<Column, number>>;
  readonly width: number;
  readonly delimiter: Delimiter;
}

/** The columns a line names; undefined when it names no model. */
function findHeader(fields: readonly string[], delimiter: Delimiter): Header | undefined {
  const names = fields.map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
  const columns: Partial<Record<Column, number>> = {};
  for (const [column, known] of Object.entries(NAMES) as [Column, readonly string[]][]) {
    const index = known.map((name) => names.indexOf(name)).find((found) => found !== -1);
    if (index !== undefined) columns[column] = index;
  }
  return columns.model === undefined ? undefined : { columns, width: fields.length, delimiter };
}

interface Row {
  readonly header: Header;
  readonly tally: DeviceCounter;
  readonly fail: (problem: string) => LarderError;
}

function countRow(row: readonly string[], { header, tally, fail }: Row): void {
  const { columns, width, delimiter } = header;
  const fields = delimiter === "," ? rejoined(row, columns.model ?? 0, width) : row;
  if (fields.slice(width).some((field) => field !== "")) {
    throw fail(`it has ${row.length} fields under ${width} names: a field that holds "${delimiter}" needs quotes`);
  }
  const field = (column: Column) => (columns[column] === undefined ? undefined : fields[columns[column]]);
  const filled = fields.filter((text) => text !== "");
  if (TOTAL.test(filled[0] ?? "") && (filled.length <= 2 || (field("model") ?? "") === "")) return;
  const number = parseCount(field("count") ?? "");
  if (number === undefined) throw fail(`the count is not a whole number, it is "${field("count")?.slice(0, 40)}"`);
  const fault = versionFault(field("os") ?? "") ?? buildFault(field("build") ?? "");
  if (fault !== undefined) throw fail(fault);
  if (number === 0) return;
  const os = plainDecimal(field("os") ?? "");
  tally.add({ model: field("model"), os, build: field("build"), board: field("board"), count: number });
}

function noHeader(path: string, seen: readonly (readonly string[])[]): LarderError {
  const widest = [...seen].sort((a, b) => b.length - a.length)[0];
  if (widest === undefined) return broken(path, "it is empty, expected a line of column names");
  return broken(path, `none of its columns is called model (they are ${widest.slice(0, 8).join(", ").slice(0, 120)})`);
}

function broken(path: string, problem: string): LarderError {
  return new LarderError(`Cannot read devices "${path}": ${problem}`, {
    code: "DEVICES_BROKEN",
    state: "the inventory is not used: part of it would look like all of it",
    next: "export it as CSV with a column model, and with model, OS and build as text",
  });
}
