/**
 * Who a cache knows: peers and parents.
 *
 * @module
 */

import type { Installation } from "../../installation.ts";
import { askCaches, column, table, UNITS, type Unplaced, YES_NO } from "../../look/look.ts";
import { lastOf, lastSeen } from "../../query/query.ts";

/** Peers and parents. */
export function neighbours(installation: Installation): Unplaced[] {
  const yesNo = (name: string) =>
    column(name, { unit: "none", mappings: [YES_NO], "custom.cellOptions": { type: "color-text" } });
  return [
    table(installation, {
      title: "Peers and parents",
      description: "The caches this one knows, and whether they answered when last asked.",
      question: askCaches({
        figures: [
          lastSeen("cachepeers", "healthy", "Last seen"),
          lastOf("cachepeers", "healthy", "Healthy"),
          lastOf("cachepeers", "friendly", "Accepts peering"),
        ],
        by: ["server", "peer", "role"],
        buckets: "range",
      }),
      unit: "none",
      width: 24,
      height: 6,
      noValue: "–",
      overrides: [column("Last seen", { unit: UNITS.whenSeen }), yesNo("Healthy"), yesNo("Accepts peering")],
    }),
  ];
}
