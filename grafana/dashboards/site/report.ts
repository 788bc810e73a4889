/**
 * What only the report of macOS 27 says of a cache.
 *
 * @module
 */

import type { Installation } from "../../installation.ts";
import { askCaches, overTime, type TimeSpec, UNITS, type Unplaced } from "../../look/look.ts";
import { type Figure, greatestOf, totalOf } from "../../query/query.ts";

const READ_FROM = "From the report that caches of macOS 27 send to `larder receive`.";

/** Clients connected, load, files by size and errors. */
export function ownReport(installation: Installation): Unplaced[] {
  const panel = (title: string, description: string, figures: readonly Figure[], more: Partial<TimeSpec> = {}) =>
    overTime(installation, {
      ...{ title, description, unit: UNITS.count, width: 6, height: 9, draw: "lines", legend: "last", min: 0, ...more },
      question: askCaches({ figures, buckets: "interval" }),
    });
  const report = (field: string, name: string): Figure => totalOf("cachereport", field, name);
  return [
    panel("Clients connected", `Clients connected, the most at a time, and how many different ones. ${READ_FROM}`, [
      report("clients.connected", "Connected"),
      report("clients.peak", "Most at a time"),
      report("clients.unique", "Different ones"),
    ]),
    panel(
      "Files by size",
      `How many files the cache holds, by size: small ones are apps and iCloud content, large ones are systems. ${READ_FROM}`,
      [
        report("assets.below10m", "Below 10 MB"),
        report("assets.from10to100m", "10 to 100 MB"),
        report("assets.from100mto1g", "100 MB to 1 GB"),
        report("assets.above1g", "Above 1 GB"),
      ],
      { draw: "bars", stacked: true },
    ),
    panel("Load", `The greatest load average: threads of the Mac that are ready to run. ${READ_FROM}`, [
      greatestOf("cachereport", "load", "Load"),
    ]),
    panel("Errors", `Errors the cache lists as recent. ${READ_FROM}`, [report("errors", "Errors")]),
  ];
}
