/**
 * One row for each cache.
 *
 * @module
 */

import { THRESHOLDS } from "../../../core/thresholds.ts";
import { COLOURS } from "../../look/colours.ts";
import type { ValueMapping } from "../../look/grafana-types.ts";
import { column, judged, type Override, sorted, table, UNITS, type Unplaced, YES_NO } from "../../look/panels.ts";
import { fromOrigin, hitRatio, lastOf, lastSeen, served, sumOf } from "../../query/query.ts";
import { SILENT_AFTER } from "../../query/silent.ts";
import type { Setting } from "../../setting.ts";
import { ask, cacheLink, ROW, reporting } from "./ask.ts";

/** The table of all caches. */
export function everyCache(setting: Setting): Unplaced {
  return table(setting, {
    title: "Every cache",
    description:
      "One row for each cache in the chosen time. Served, From Apple and Hit ratio are of closed hours. A cell without a value means nothing was written, not zero.",
    question: ask({
      figures: [
        { kind: "count", name: "Up", add: [{ ...reporting, where: { is: "=", value: 1 }, within: SILENT_AFTER }] },
        lastSeen("larder", "up", "Last seen"),
        lastOf("cachestatus", "active", "Active"),
        hitRatio("_1h", "Hit ratio"),
        served("_1h"),
        fromOrigin("_1h"),
        lastOf("cachestatus", "pressure", "Pressure"),
        lastOf("cachestatus", "used", "Disk used"),
        lastOf("cachestatus", "free", "Disk free"),
        sumOf("precacherun_1d", "warmed", "Warmed"),
        sumOf("precacherun_1d", "failed", "Warming failed"),
      ],
      by: ROW,
      buckets: "range",
    }),
    unit: UNITS.bytes,
    width: 24,
    height: 16,
    noValue: "–",
    mappings: [],
    overrides: cacheColumns(setting),
    transformations: [sorted("Last seen", false)],
  });
}

/** A cache that has not reported lately has no value here, and that says something. */
const UP: readonly ValueMapping[] = [
  { type: "value", options: { "1": { text: "up", color: COLOURS.fine, index: 0 } } },
  { type: "special", options: { match: "null", result: { text: "silent", color: COLOURS.trouble, index: 1 } } },
];

function cacheColumns(setting: Setting): Override[] {
  return [
    column("Cache", { links: [cacheLink(setting)] }),
    column("Up", { mappings: UP, "custom.cellOptions": { type: "color-text" }, "custom.width": 80, unit: "none" }),
    column("Last seen", { unit: UNITS.whenSeen, "custom.width": 140 }),
    column("Active", {
      mappings: [YES_NO],
      "custom.cellOptions": { type: "color-text" },
      "custom.width": 80,
      unit: "none",
    }),
    judged("Hit ratio", UNITS.share, THRESHOLDS.hitRatio, { decimals: 1 }),
    judged("Pressure", UNITS.share, THRESHOLDS.pressure, { decimals: 0 }),
    judged("Warming failed", UNITS.count, THRESHOLDS.warmingFailed),
    column("Warmed", { unit: UNITS.count }),
  ];
}
