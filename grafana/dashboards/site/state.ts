/**
 * How a cache is at the end of the chosen time.
 *
 * @module
 */

import { THRESHOLDS } from "../../../core/thresholds.ts";
import type { Installation } from "../../installation.ts";
import {
  askCaches,
  COLOURS,
  column,
  judged,
  overTime,
  sorted,
  table,
  UNITS,
  type Unplaced,
  type ValueMapping,
  YES_NO,
} from "../../look/look.ts";
import { type Figure, lastOf, lastSeen, useOfLimit } from "../../query/query.ts";

/** Apple's word on a registration. */
const REGISTRATION: ValueMapping = {
  type: "value",
  options: {
    "1": { text: "yes", color: COLOURS.fine, index: 0 },
    "0": { text: "under way", color: COLOURS.watch, index: 1 },
    "-1": { text: "refused", color: COLOURS.trouble, index: 2 },
  },
};

/** State of each chosen cache, and how far its limit is used. */
export function state(installation: Installation): Unplaced[] {
  const word = (name: string, mapping: ValueMapping) =>
    column(name, { unit: "none", mappings: [mapping], "custom.cellOptions": { type: "color-text" } });
  return [
    table(installation, {
      title: "State of each cache",
      description:
        "The last status of each cache in the chosen time. iCloud is the part of the used disk that holds personal content. A cache without a limit has no use of it.",
      question: askCaches({
        figures: [
          lastSeen("cachestatus", "active", "Last status"),
          lastOf("cachestatus", "active", "Active"),
          lastOf("cachestatus", "startup.ok", "Started"),
          ...startupWord(installation),
          lastOf("cachestatus", "registered", "Registered"),
          lastOf("cachestatus", "used", "Disk used"),
          lastOf("cachestatus", "limit", "Limit"),
          useOfLimit(),
          lastOf("cachestatus", "personal.used", "iCloud"),
          lastOf("cachestatus", "parents", "Parents"),
          lastOf("cachestatus", "peers", "Peers"),
          lastOf("cachestatus", "alerts", "Apple's alerts"),
        ],
        by: ["server"],
        buckets: "range",
      }),
      unit: UNITS.bytes,
      width: 24,
      height: 6,
      noValue: "–",
      overrides: [
        column("Last status", { unit: UNITS.whenSeen, "custom.width": 140 }),
        word("Active", YES_NO),
        word("Started", YES_NO),
        word("Registered", REGISTRATION),
        column("Use of the limit", { unit: UNITS.share, decimals: 0 }),
        column("Parents", { unit: UNITS.count }),
        column("Peers", { unit: UNITS.count }),
        judged("Apple's alerts", THRESHOLDS.any, { unit: UNITS.count }),
      ],
      transformations: [sorted("Cache", false)],
    }),
  ];
}

/** VictoriaMetrics keeps no text, so there the word is missing. */
function startupWord({ engine }: Installation): Figure[] {
  return engine === "influxdb" ? [lastOf("cachestatus", "startup", "Startup status")] : [];
}

/** How far the limit is used, over time. */
export function limitUse(installation: Installation): Unplaced {
  return overTime(installation, {
    title: "Use of the limit",
    description:
      "Disk used, as a share of the configured limit. A full cache is a healthy one; it throws out what was asked for longest ago. Caches without a limit are left out.",
    question: askCaches({ figures: [useOfLimit()], buckets: "interval" }),
    unit: UNITS.share,
    width: 8,
    height: 9,
    draw: "lines",
    legend: "last",
    min: 0,
    max: 1,
  });
}
