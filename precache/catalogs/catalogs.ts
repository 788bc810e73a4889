/**
 * Which catalogues there are. A catalogue's code is loaded when it is asked for.
 *
 * @module
 */

import type { Catalog } from "./catalog.ts";
import type { CatalogKind, CatalogOptions, OptionsOf } from "./options.ts";

export { draftAsset, firmwareTitle } from "./asset-draft.ts";
export type { CatalogContext, CatalogFetch } from "./catalog.ts";
export { createFetchCache } from "./fetch-cache/fetch-cache.ts";

/** How each kind is opened. */
const CATALOGS: { readonly [Kind in CatalogKind]: (options: OptionsOf<Kind>) => Promise<Catalog> } = {
  pallas: async (options) => (await import("./pallas.ts")).pallasCatalog(options),
  // versions without addresses: settings that name it are still right
  pmv: async () => ({ name: "pmv", async *list() {} }),
  sucatalog: async (options) => (await import("./sucatalog.ts")).sucatalogCatalog(options),
  mesu: async (options) => (await import("./mesu.ts")).mesuCatalog(options),
  firmware: async (options) => (await import("./firmware.ts")).firmwareCatalog(options),
  sofa: async (options) => (await import("./sofa.ts")).sofaCatalog(options),
  appledb: async (options) => (await import("./appledb.ts")).appledbCatalog(options),
  "apps-list": async (options) => (await import("./apps-list.ts")).appsListCatalog(options),
  "url-list": async (options) => (await import("./url-list.ts")).urlListCatalog(options),
  "plan-file": async (options) => (await import("./plan-file.ts")).planFileCatalog(options),
};

/** The catalogue the options choose. It reads nothing yet. */
export function openCatalog(options: CatalogOptions): Promise<Catalog> {
  const open = CATALOGS[options.kind] as (options: CatalogOptions) => Promise<Catalog>;
  return open(options);
}
