/**
 * precache's list of apps and installers, kept by hand: a dictionary of names, each with type, address and version.
 *
 * @module
 */

import { Shape } from "../untrusted/untrusted.ts";
import type { Asset } from "../words/asset.ts";
import { draftAsset } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { catalogOf, type Entries } from "./entries.ts";
import type { OptionsOf } from "./options.ts";
import { readPlistEntries } from "./plist/plist.ts";

const NAME = "apps-list";

/** The catalogue behind `kind: "apps-list"`. */
export function appsListCatalog(options: OptionsOf<"apps-list">): Catalog {
  return catalogOf(NAME, (context, entries) => list(options, context, entries));
}

async function* list(options: OptionsOf<"apps-list">, context: CatalogContext, entries: Entries): AsyncIterable<Asset> {
  context.signal.throwIfAborted();
  const document = await context.fetch.open({ url: options.url, kind: "plist", maxBytes: options.maxBytes });
  for await (const { key, value } of readPlistEntries(document.read(), { path: [], what: options.url })) {
    const name = String(key);
    const asset = entries.read(name, () => appAsset(name, new Shape(value, options.url, name)));
    if (asset !== undefined) yield asset;
  }
}

function appAsset(name: string, entry: Shape): Asset {
  const type = entry.get("type").text();
  if (type !== "app" && type !== "installer") throw entry.get("type").wrong("app or installer");
  const version = entry.get("version").optionalText();
  return draftAsset({
    url: entry.get("url").text(),
    title: version === undefined ? name : `${name} ${version}`,
    group: type,
    version,
    product: name,
    catalog: NAME,
  });
}
