/**
 * The whole fleet over time.
 *
 * @module
 */

import { THRESHOLDS } from "../../../core/thresholds.ts";
import type { Installation } from "../../installation.ts";
import {
  askSites,
  barGauge,
  COLOURS,
  coloured,
  limited,
  NOT_NEGATIVE,
  overTime,
  SOURCE_COLOURS,
  sorted,
  UNITS,
  type Unplaced,
} from "../../look/look.ts";
import { fromOrigin, greatestOf, servedBySource } from "../../query/query.ts";

/** Traffic, pressure and lag of all chosen caches. */
export function overall(installation: Installation): Unplaced[] {
  return [
    overTime(installation, {
      title: "Served by source",
      description:
        "Bytes given to devices by all chosen caches, by where the bytes came from. The legend has the totals.",
      question: askSites({ figures: servedBySource("_1h"), buckets: "interval" }),
      unit: UNITS.bytes,
      width: 12,
      height: 9,
      draw: "bars",
      stacked: true,
      legend: "sum",
      overrides: SOURCE_COLOURS,
    }),
    overTime(installation, {
      title: "Highest pressure by region",
      description:
        "The highest cache pressure in each region. From the lower dashed line on a cache is listed above, from the upper one on somebody is alerted if it lasts.",
      question: askSites({
        figures: [greatestOf("cachestatus", "pressure", "Pressure")],
        by: ["region"],
        buckets: "interval",
      }),
      unit: UNITS.share,
      width: 12,
      height: 9,
      draw: "lines",
      legend: "last",
      min: 0,
      max: 1,
      threshold: THRESHOLDS.pressure,
      overrides: [
        {
          matcher: { id: "byType", options: "number" },
          properties: [{ id: "color", value: { mode: "palette-classic" } }],
        },
      ],
    }),
    barGauge(installation, {
      title: "From Apple, by cache",
      description: "The twenty caches with most from Apple in the chosen time.",
      question: askSites({ figures: [fromOrigin("_1h")], by: ["server"], buckets: "range" }),
      unit: UNITS.bytes,
      width: 12,
      height: 10,
      mappings: [NOT_NEGATIVE],
      transformations: [sorted("From Apple", true), limited(20)],
      overrides: [coloured("From Apple", COLOURS.origin)],
    }),
    overTime(installation, {
      title: "Age of the newest row",
      description:
        "The greatest age of the newest row among the caches of each region: how far behind the numbers are.",
      question: askSites({ figures: [greatestOf("larder", "lag", "Lag")], by: ["region"], buckets: "interval" }),
      unit: UNITS.seconds,
      width: 12,
      height: 10,
      draw: "lines",
      legend: "last",
      min: 0,
    }),
  ];
}
