/**
 * Who asks the caches of a fleet, and what those that send reports say.
 *
 * @module
 */

import type { Installation } from "../../installation.ts";
import { askSites, barGauge, limited, overTime, sorted, UNITS, type Unplaced } from "../../look/look.ts";
import { greatestOf, sumOf } from "../../query/query.ts";

const LOG = "From the logs of caches where `sources.serviceLog` reads them.";

/** Devices by family and system, of caches whose log is read. */
export function devices(installation: Installation): Unplaced[] {
  return [
    overTime(installation, {
      title: "Clients by family",
      description: `When clients asked for the first time of their day, by family of device, in closed hours. ${LOG}`,
      question: askSites({
        figures: [sumOf("cacheclients_1h", "clients", "Clients")],
        by: ["family"],
        buckets: "interval",
      }),
      unit: UNITS.count,
      width: 12,
      height: 9,
      draw: "bars",
      stacked: true,
      legend: "sum",
    }),
    barGauge(installation, {
      title: "Systems",
      description: `The twenty systems with most clients, each client once a local day. ${LOG}`,
      question: askSites({ figures: [sumOf("cacheclients_1h", "clients", "Clients")], by: ["os"], buckets: "range" }),
      unit: UNITS.count,
      width: 12,
      height: 9,
      transformations: [sorted("Clients", true), limited(20)],
    }),
  ];
}

/** Reports as they came in, and the busiest of the caches that send them. */
export function reports(installation: Installation): Unplaced[] {
  return [
    overTime(installation, {
      title: "Reports received",
      description:
        "Reports that `larder receive` took, had before, kept apart because their time cannot be right, or refused, and how many of those taken are of caches without a site.",
      question: askSites({
        figures: [
          sumOf("receiver", "reports", "Taken"),
          sumOf("receiver", "repeated", "Had before"),
          sumOf("receiver", "setaside", "Set aside"),
          sumOf("receiver", "refused", "Refused"),
          sumOf("receiver", "unassigned", "Without a site"),
        ],
        buckets: "interval",
      }),
      unit: UNITS.count,
      width: 12,
      height: 9,
      draw: "bars",
      stacked: false,
      legend: "sum",
    }),
    barGauge(installation, {
      title: "Most clients at a time",
      description: "The twenty caches with most clients connected at a time, of those that send reports.",
      question: askSites({
        figures: [greatestOf("cachereport", "clients.peak", "Clients at a time")],
        by: ["server"],
        buckets: "range",
      }),
      unit: UNITS.count,
      width: 12,
      height: 9,
      transformations: [sorted("Clients at a time", true), limited(20)],
    }),
  ];
}
