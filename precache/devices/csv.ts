/**
 * Devices from a table somebody exported: one row a device, or one row a kind with its count.
 *
 * Columns are found by their names, whatever their order: the many other columns of an export (names, serial numbers,
 * users) are not read. Comma, semicolon or tab; quotes as in RFC 4180.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { errorText, LarderError } from "../../core/errors.ts";
import type { DeviceOptionsOf } from "../options-devices.ts";
import { readCsvRows } from "./csv-rows.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { Tally } from "./tally.ts";

type Column = "model" | "os" | "build" | "board" | "count";

/** Names a column goes by, letters and digits only; the first that is there wins. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  model: ["modelidentifier", "productname", "producttype", "devicemodel", "systemmodel", "model"],
  os: ["osversion", "operatingsystemversion", "productversion", "os", "version"],
  build: ["osbuild", "operatingsystembuild", "buildversion", "build"],
  board: ["board", "softwareupdatedeviceid", "hwmodel", "boardid"],
  count: ["count", "devices", "number", "quantity"],
};

/** The device source behind `kind: "csv"`. */
export function csvSource(options: DeviceOptionsOf<"csv">): DeviceSource {
  return { name: "csv", count: (context) => count(options.path, context) };
}

async function count(path: string, context: DeviceContext) {
  const tally = new Tally();
  let columns: Partial<Record<Column, number>> | undefined;
  try {
    for await (const { fields, line } of readCsvRows(createReadStream(path, { signal: context.signal }), path)) {
      if (columns === undefined) columns = findColumns(fields, path);
      else if (fields.some((field) => field.trim() !== "")) countRow(fields, line, columns, tally, path);
    }
  } catch (error) {
    if (error instanceof LarderError) throw error;
    throw new LarderError(`Cannot read devices "${path}": ${errorText(error)}`, {
      code: "DEVICES_UNREACHABLE",
      cause: error,
    });
  }
  if (columns === undefined) throw broken(path, "it is empty, expected a line of column names");
  return tally.finish("csv", context);
}

function findColumns(header: readonly string[], path: string): Partial<Record<Column, number>> {
  const names = header.map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
  const columns: Partial<Record<Column, number>> = {};
  for (const [column, known] of Object.entries(NAMES) as [Column, readonly string[]][]) {
    const index = known.map((name) => names.indexOf(name)).find((found) => found !== -1);
    if (index !== undefined) columns[column] = index;
  }
  if (columns.model === undefined) {
    throw broken(path, `none of its columns is called model (they are ${header.slice(0, 8).join(", ").slice(0, 120)})`);
  }
  return columns;
}

function countRow(
  fields: readonly string[],
  line: number,
  columns: Partial<Record<Column, number>>,
  tally: Tally,
  path: string,
): void {
  const field = (column: Column) => (columns[column] === undefined ? undefined : fields[columns[column]]?.trim());
  const many = field("count") ?? "";
  if (many !== "" && !/^\d{1,7}$/.test(many)) throw broken(path, `line ${line}: the count is no whole number`);
  const number = many === "" ? 1 : Number(many);
  if (number === 0) return;
  tally.add({ model: field("model"), os: field("os"), build: field("build"), board: field("board"), count: number });
}

function broken(path: string, problem: string): LarderError {
  return new LarderError(`Cannot read devices "${path}": ${problem}`, { code: "DEVICES_BROKEN" });
}
