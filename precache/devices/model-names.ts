/**
 * Marketing names to identifiers, from SOFA's feeds: some inventories know `iPad Air (5th generation)` only.
 *
 * A name may stand for several models (Wi-Fi and Cellular); all of them are given.
 *
 * @module
 */
import type { CatalogContext } from "../catalogs/catalogs.ts";
import type { Shape } from "../untrusted/untrusted.ts";
import { parseJson, readBytes } from "../untrusted/untrusted.ts";
import { isModel, plainModel } from "../words/model.ts";

const FEEDS = ["macos_data_feed.json", "ios_data_feed.json"];
const MAX_BYTES = 32 * 1024 * 1024;

/** Identifiers for a name; empty when it is not known. */
export type ModelNames = (marketingName: string) => Promise<readonly string[]>;

/** The table from SOFA's feeds. @throws LarderError when a feed cannot be had and no copy is there */
export async function readModelNames(
  context: Pick<CatalogContext, "fetch">,
  base = "https://sofafeed.macadmins.io/v2/",
): Promise<ModelNames> {
  const tables: Shape[] = [];
  for (const feed of FEEDS) {
    const url = `${base}${feed}`;
    const document = await context.fetch.open({ url, kind: "json", maxBytes: MAX_BYTES, freshMs: 24 * 3_600_000 });
    tables.push(parseJson(await readBytes(document.read()), url));
  }
  const names = modelNames(tables);
  return async (name) => names(name);
}

/**
 * The look-up over tables {Devices, Models} of rows {MarketingName, DeviceID?} by model or board, or bare tables of rows
 * {marketing_name, device_id}. A name is found as it is, and as the beginning of a longer one that goes on with a variant
 * (`… Wi-Fi + Cellular`).
 */
export function modelNames(tables: readonly Shape[]): (marketingName: string) => readonly string[] {
  const byName = new Map<string, Set<string>>();
  const add = (key: string, row: Shape) => {
    const name = row.get("MarketingName").optionalText() ?? row.get("marketing_name").optionalText();
    const model = plainModel(row.get("DeviceID").optionalText() ?? row.get("device_id").optionalText() ?? key);
    if (name === undefined || !isModel(model)) return;
    for (const form of [normal(name), withoutVariant(normal(name))]) {
      byName.set(form, (byName.get(form) ?? new Set()).add(model));
    }
  };
  for (const table of tables) {
    const parts = [table.get("Devices"), table.get("Models")].filter((part) => !part.missing);
    for (const part of parts.length > 0 ? parts : [table]) for (const [key, row] of part.entries()) add(key, row);
  }
  return (name) => [...(byName.get(normal(name)) ?? [])];
}

function normal(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[\u201c\u201d\u2033"]/g, "-inch")
    .replaceAll(/[^a-z0-9+]+/g, " ")
    .trim();
}

function withoutVariant(name: string): string {
  return name.replace(/ (?:wi fi|gps|cellular|us|global|china)\b.*$/, "");
}
