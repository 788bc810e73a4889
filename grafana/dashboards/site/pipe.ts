/**
 * Whether the numbers of a cache get through.
 *
 * @module
 */

import { THRESHOLDS } from "../../../core/thresholds.ts";
import type { Installation } from "../../installation.ts";
import { askCaches, overTime, UNITS, type Unplaced } from "../../look/look.ts";
import { greatestOf, sumOf, totalOf } from "../../query/query.ts";

/** The collector and its sinks. */
export function pipe(installation: Installation): Unplaced[] {
  const shared = { width: 8, height: 8, draw: "lines", legend: "last", min: 0 } as const;
  return [
    overTime(installation, {
      ...shared,
      title: "Age of the newest row",
      description: "How old the newest row of the cache's database was after each pass of the collector.",
      question: askCaches({ figures: [greatestOf("larder", "lag", "Age")], buckets: "interval" }),
      unit: UNITS.seconds,
      threshold: THRESHOLDS.newestRowSeconds,
    }),
    overTime(installation, {
      ...shared,
      title: "Waiting to be sent",
      description:
        "Journal bytes the slowest sink has yet to take. They grow while a server is away and shrink when it is back; nothing is lost meanwhile.",
      question: askCaches({ figures: [totalOf("larder", "backlog", "Waiting")], buckets: "interval" }),
      unit: UNITS.bytes,
      threshold: THRESHOLDS.backlogBytes,
    }),
    overTime(installation, {
      ...shared,
      draw: "bars",
      legend: "sum",
      title: "Rows read and lines rejected",
      description: "Rows read, and lines a server refused for good: each is kept in a file with the reason.",
      question: askCaches({
        figures: [sumOf("larder", "rows", "Rows read"), sumOf("larder", "rejects", "Lines rejected")],
        buckets: "interval",
      }),
      unit: UNITS.count,
    }),
  ];
}
