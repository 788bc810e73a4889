/**
 * AssetInfo.db: what a cache holds, read on the cache itself.
 *
 * `<DataPath>/AssetInfo.db`, table ZASSET: ZURI (path without host), ZTOTALBYTES, ZGUID; the bytes lie in
 * `<DataPath>/<ZGUID>/`, and a folder smaller than ZTOTALBYTES is a partial file. The full declaration is not publicly
 * documented; only these three columns are relied on.
 *
 * @module
 */
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LarderError } from "../errors.ts";
import { openReadOnly } from "../sqlite/sqlite.ts";

/** One file of the inventory. */
interface InventoryRow {
  readonly totalBytes: number;
  readonly guid: string;
}

export interface AssetInventory {
  readonly assets: number;
  /** How much of an asset is on disk; undefined when the cache has never heard of it. */
  held(assetUrl: string): Promise<{ readonly heldBytes: number; readonly totalBytes: number } | undefined>;
}

/**
 * Reads the inventory of a cache on this computer, as it is now.
 * @throws LarderError `ASSET_INFO_SHAPE`, and those of `openReadOnly`.
 */
export async function readAssetInfo(path: string): Promise<AssetInventory> {
  const rows = new Map<string, InventoryRow>();
  const database = await openReadOnly(path);
  try {
    const columns = new Set(database.columns("ZASSET").map(({ name }) => name));
    if (!["ZURI", "ZTOTALBYTES", "ZGUID"].every((name) => columns.has(name))) throw shapeError(path);
    for (const [uri, total, guid] of database.rows("SELECT ZURI, ZTOTALBYTES, ZGUID FROM ZASSET")) {
      if (typeof uri !== "string" || typeof total !== "number" || typeof guid !== "string") continue;
      if (/^[0-9A-Za-z-]+$/.test(guid)) rows.set(uri, { totalBytes: total, guid });
    }
  } finally {
    database.close();
  }
  const dataPath = dirname(path);
  return {
    assets: rows.size,
    held: async (assetUrl) => {
      const { pathname, search } = new URL(assetUrl);
      const row = rows.get(pathname + search) ?? rows.get(pathname);
      if (row === undefined) return undefined;
      return { heldBytes: await folderBytes(join(dataPath, row.guid)), totalBytes: row.totalBytes };
    },
  };
}

function shapeError(path: string): LarderError {
  return new LarderError(
    `Cannot read the inventory "${path}": it has no table ZASSET with ZURI, ZTOTALBYTES and ZGUID`,
    {
      code: "ASSET_INFO_SHAPE",
      state: "nothing was changed; other signs still show what the cache holds",
      next: "switch the sign off with held.assetInfo: false",
    },
  );
}

/** Bytes of the files in a folder; 0 when it is not there. */
async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
