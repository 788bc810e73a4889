/**
 * The board of a model: gdmf wants both.
 *
 * Where it comes from, the surest first: the inventory, the admin's own table, AppleDB's. A model may have several boards;
 * all are asked. Macs with a T2 chip answer under their board in capitals (`J152FAP`), others as it is written.
 *
 * @module
 */

import type { Shape } from "../untrusted/untrusted.ts";
import { parseJson, readBytes } from "../untrusted/untrusted.ts";
import type { DeviceCount } from "../words/asset.ts";
import { plainModel } from "../words/model.ts";
import type { CatalogContext } from "./catalog.ts";

const T2_MODELS =
  /^(?:iMacPro1,1|iMac20,[12]|MacPro7,1|Macmini8,1|MacBookAir8,[12]|MacBookAir9,1|MacBookPro15,[1-4]|MacBookPro16,[1-4])$/;
/** Rows that public tables have wrong, as gdmf answers them. */
const CORRECTED: Readonly<Record<string, string>> = { "MacBookPro16,1": "J152FAP" };

/** Models to boards. */
export type BoardTable = ReadonlyMap<string, readonly string[]>;

/** What decides which board a device is asked under. */
interface BoardSources {
  /** The admin's own table. */
  readonly given: Readonly<Record<string, string>>;
  /** AppleDB's, once somebody needs it. */
  readonly table: () => Promise<BoardTable>;
}

/** The boards to ask for a device; empty when nobody knows one. */
export async function boardsOf(
  device: Pick<DeviceCount, "model" | "board">,
  sources: BoardSources,
): Promise<readonly string[]> {
  const model = plainModel(device.model);
  const given = sources.given[model] ?? CORRECTED[model] ?? device.board;
  const boards = given !== undefined ? [given] : ((await sources.table()).get(model) ?? []);
  return T2_MODELS.test(model) ? [...new Set(boards.map((board) => board.toUpperCase()))] : boards;
}

/** AppleDB's table of all devices, fetched once. */
export function boardTable(url: string, maxBytes: number, context: CatalogContext): () => Promise<BoardTable> {
  let table: Promise<BoardTable> | undefined;
  const read = async () => {
    const document = await context.fetch.open({ url, kind: "json", maxBytes, freshMs: 24 * 3_600_000 });
    return parseBoards(parseJson(await readBytes(document.read()), url));
  };
  return () => {
    table ??= read();
    return table;
  };
}

/** Rows {identifier, board} of a list, or of a dictionary by name; either value may be one text or several. */
function parseBoards(answer: Shape): BoardTable {
  const rows = answer.isList ? answer.items() : answer.entries().map(([, row]) => row);
  const table = new Map<string, string[]>();
  for (const row of rows) {
    if (row.get("board").missing || row.get("identifier").missing) continue;
    for (const identifier of row.get("identifier").texts()) {
      const model = plainModel(identifier);
      table.set(model, [...new Set([...(table.get(model) ?? []), ...row.get("board").texts()])]);
    }
  }
  return table;
}
