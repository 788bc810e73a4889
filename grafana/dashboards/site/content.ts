/**
 * What a cache holds, takes in and throws out.
 *
 * @module
 */

import { THRESHOLDS } from "../../../core/thresholds.ts";
import type { Installation } from "../../installation.ts";
import { askCaches, barGauge, overTime, sorted, UNITS, type Unplaced } from "../../look/look.ts";
import { between, greatestOf, sumOf, totalOf } from "../../query/query.ts";
import { limitUse } from "./state.ts";

/** Disk, pressure and what passes through. */
export function content(installation: Installation): Unplaced[] {
  const lines = { height: 9, draw: "lines", legend: "last", min: 0 } as const;
  const bars = { width: 6, height: 9, draw: "bars", stacked: true, legend: "sum" } as const;
  return [
    barGauge(installation, {
      title: "Content by kind",
      description: "What the cache holds now, by Apple's categories.",
      question: askCaches({ figures: [totalOf("cachecontent", "bytes", "Held")], by: ["kind"], buckets: "range" }),
      unit: UNITS.bytes,
      width: 8,
      height: 9,
      transformations: [sorted("Held", true)],
    }),
    overTime(installation, {
      ...lines,
      width: 8,
      title: "Disk",
      description:
        "Disk used, the part of it that iCloud content takes, what is free, and the configured limit; no line of a limit means that the cache is unlimited.",
      question: askCaches({
        figures: [
          totalOf("cachestatus", "used", "Used"),
          totalOf("cachestatus", "personal.used", "iCloud"),
          totalOf("cachestatus", "free", "Free"),
          totalOf("cachestatus", "limit", "Limit"),
        ],
        buckets: "interval",
      }),
      unit: UNITS.bytes,
    }),
    limitUse(installation),
    overTime(installation, {
      ...lines,
      width: 6,
      title: "Cache pressure",
      description:
        "Apple's cache pressure: how much the cache would like more room. The dashed lines are where it turns amber and red; red for an hour sends an alert.",
      question: askCaches({ figures: [greatestOf("cachestatus", "pressure", "Pressure")], buckets: "interval" }),
      unit: UNITS.share,
      max: 1,
      threshold: THRESHOLDS.pressure,
    }),
    overTime(installation, {
      ...bars,
      title: "Evicted, by age",
      description:
        "Bytes thrown out to make room, by how long they had been there. What goes within a day was fetched for nothing.",
      question: askCaches({
        figures: [
          sumOf("bytespurged", "bytes.purged.youngerthan1day", "Within a day"),
          between("bytespurged", {
            field: "bytes.purged.youngerthan7days",
            less: "bytes.purged.youngerthan1day",
            name: "1 to 7 days",
          }),
          between("bytespurged", {
            field: "bytes.purged.youngerthan30days",
            less: "bytes.purged.youngerthan7days",
            name: "7 to 30 days",
          }),
          between("bytespurged", {
            field: "bytes.purged.total",
            less: "bytes.purged.youngerthan30days",
            name: "Older",
          }),
        ],
        buckets: "interval",
      }),
      unit: UNITS.bytes,
    }),
    overTime(installation, {
      ...bars,
      title: "Imported",
      description: "Bytes put into the cache by import, over HTTP or on the cache itself.",
      question: askCaches({
        figures: [
          sumOf("bytesimported", "bytes.imported.byhttp", "Over HTTP"),
          sumOf("bytesimported", "bytes.imported.byxpc", "On the cache"),
        ],
        buckets: "interval",
      }),
      unit: UNITS.bytes,
    }),
    overTime(installation, {
      ...bars,
      title: "Fetched but not kept",
      description: "Bytes downloaded and not added to the cache.",
      question: askCaches({ figures: [sumOf("bytesdropped", "bytes.dropped", "Not kept")], buckets: "interval" }),
      unit: UNITS.bytes,
    }),
  ];
}
