/**
 * What a row of the board is: a cache, and how it is counted.
 *
 * @module
 */

import type { Installation } from "../../installation.ts";
import { linkTo } from "../../look/look.ts";
import { type CacheCount, type Condition, fields } from "../../query/query.ts";

/** A row is one cache, known by its name, its site and its region. */
export const ROW = ["server", "site_name", "region"] as const;

/** Caches by the last value of a gauge. */
export const gauge = (measurement: string, field: string, where?: Condition): CacheCount => ({
  of: fields(measurement, field),
  ...(where === undefined ? {} : { where }),
});

/** Caches whose collector writes. */
export const reporting = gauge("larder", "up");

/** From a cache to its own board. */
export function cacheLink(installation: Installation): Readonly<Record<string, unknown>> {
  return {
    title: "Open this cache",
    url: linkTo(installation, "site", ["var-site=$__all", "var-server=${__data.fields.Cache:percentencode}"]),
    targetBlank: false,
  };
}
