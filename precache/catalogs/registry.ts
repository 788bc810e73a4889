/**
 * Which catalogues there are. A catalogue's code is loaded when it is asked for.
 *
 * @module
 */
import type { CatalogOptions } from "../options-catalogs.ts";
import type { Catalog } from "./catalog.ts";

/** The catalogue the options choose. It reads nothing yet. */
export async function openCatalog(options: CatalogOptions): Promise<Catalog> {
  switch (options.kind) {
    case "url-list":
      return (await import("./url-list.ts")).urlListCatalog(options);
    default:
      throw new Error(`no catalogue "${options.kind}"`);
  }
}
