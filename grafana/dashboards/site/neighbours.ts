/**
 * Who a cache knows: peers, parents and devices.
 *
 * @module
 */
import { barGauge, column, overTime, sorted, table, UNITS, type Unplaced, YES_NO } from "../../look/panels.ts";
import { lastOf, lastSeen, totalOf } from "../../query/query.ts";
import type { Setting } from "../../setting.ts";
import { ask } from "./ask.ts";

/** Neighbours and clients. */
export function neighbours(setting: Setting): Unplaced[] {
  const yesNo = (name: string) =>
    column(name, { unit: "none", mappings: [YES_NO], "custom.cellOptions": { type: "color-text" } });
  return [
    table(setting, {
      title: "Peers and parents",
      description: "The caches this one knows, and whether they answered when last asked.",
      question: ask({
        figures: [
          lastSeen("cachepeers", "healthy", "Last seen"),
          lastOf("cachepeers", "healthy", "Healthy"),
          lastOf("cachepeers", "friendly", "Peers with us"),
        ],
        by: ["server", "peer", "role"],
        buckets: "range",
      }),
      unit: "none",
      width: 12,
      height: 8,
      noValue: "–",
      overrides: [column("Last seen", { unit: UNITS.whenSeen }), yesNo("Healthy"), yesNo("Peers with us")],
    }),
    overTime(setting, {
      title: "Devices connected",
      description: "Devices connected at the same time, where the cache's log or Apple's report tells.",
      question: ask({
        figures: [totalOf("cacheclients", "connected", "Connected"), totalOf("cacheclients", "peak", "Most at once")],
        buckets: "interval",
      }),
      unit: UNITS.count,
      width: 12,
      height: 8,
      draw: "lines",
      legend: "last",
      min: 0,
    }),
    barGauge(setting, {
      title: "Devices by family",
      description: "Different devices in the chosen time, by family, where the cache's log or Apple's report tells.",
      question: ask({
        figures: [totalOf("cacheclients", "unique", "Devices")],
        by: ["family"],
        buckets: "range",
        where: { family: ".+" },
      }),
      unit: UNITS.count,
      width: 12,
      height: 8,
      transformations: [sorted("Devices", true)],
    }),
    barGauge(setting, {
      title: "Devices by system",
      description:
        "Different devices in the chosen time, by version of their system, where the cache's log or Apple's report tells.",
      question: ask({
        figures: [totalOf("cacheclients", "unique", "Devices")],
        by: ["os"],
        buckets: "range",
        where: { os: ".+" },
      }),
      unit: UNITS.count,
      width: 12,
      height: 8,
      transformations: [sorted("Devices", true)],
    }),
  ];
}
