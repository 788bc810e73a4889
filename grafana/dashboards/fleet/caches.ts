/**
 * One row for each cache.
 *
 * @module
 */

import type { Installation } from "../../installation.ts";
import { askSites, column, sorted, table, UNITS, type Unplaced } from "../../look/look.ts";
import { fromOrigin, lastOf, lastSeen, served } from "../../query/query.ts";
import { PROBLEMS } from "./problems.ts";
import { cacheLink, ROW } from "./row.ts";

/** The table of all caches. */
export function everyCache(installation: Installation): Unplaced {
  return table(installation, {
    title: "Every cache",
    description:
      "One row for each cache in the chosen time. Served, From Apple and Hit ratio are of closed hours; the others are the last values. Amber: look at it. Red: act. A cell without a value means nothing was written, not zero.",
    question: askSites({
      figures: [
        lastSeen("larder", "up", "Last seen"),
        ...PROBLEMS.map(({ figure }) => figure),
        served("_1h"),
        fromOrigin("_1h"),
        lastOf("cachestatus", "used", "Disk used"),
        lastOf("cachestatus", "free", "Disk free"),
      ],
      by: ROW,
      buckets: "range",
    }),
    unit: UNITS.bytes,
    width: 24,
    height: 16,
    noValue: "–",
    overrides: [
      column("Cache", { links: [cacheLink(installation)] }),
      column("Last seen", { unit: UNITS.whenSeen, "custom.width": 140 }),
      ...PROBLEMS.map(({ paint }) => paint),
    ],
    transformations: [sorted("Last seen", false)],
  });
}
