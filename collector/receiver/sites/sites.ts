/**
 * The door of the sites: which tags a cache gets, by its serial number, GUID or host name.
 *
 * @module
 */
export { NO_SITES, type Site, type Sites } from "./site.ts";
export { faultText, openSiteFile, readSites, type SiteFile } from "./site-file.ts";
export { type SiteRow, type SiteTable, sitesOf } from "./site-table.ts";
