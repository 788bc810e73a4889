/**
 * Who asks a cache, and for what: from its log, where that is read.
 *
 * @module
 */

import type { Installation } from "../../installation.ts";
import { askCaches, barGauge, overTime, sorted, stat, type TimeSpec, UNITS, type Unplaced } from "../../look/look.ts";
import { type Figure, sumOf } from "../../query/query.ts";

const READ_FROM =
  "From the log of the cache (`sources.serviceLog`), which names clients where `LogClientIdentity` is on.";

/** Clients, their devices and systems, and kinds of file. */
export function clients(installation: Installation): Unplaced[] {
  const bars = (title: string, description: string, figure: Figure, by: string): TimeSpec => ({
    title,
    description,
    question: askCaches({ figures: [figure], by: [by], buckets: "interval" }),
    unit: UNITS.count,
    width: 10,
    height: 9,
    draw: "bars",
    stacked: true,
    legend: "sum",
  });
  const most = (title: string, description: string, figure: Figure, by: string, unit: string): Unplaced =>
    barGauge(installation, {
      title,
      description,
      question: askCaches({ figures: [figure], by: [by], buckets: "range" }),
      unit,
      width: 8,
      height: 9,
      transformations: [sorted(figure.name, true)],
    });
  return [
    stat(installation, {
      title: "Clients",
      description: `Addresses that asked for something, each counted once a local day. ${READ_FROM}`,
      question: askCaches({ figures: [sumOf("cacheclients", "clients", "Clients")], buckets: "interval" }),
      unit: UNITS.count,
      width: 4,
      height: 9,
    }),
    overTime(
      installation,
      bars(
        "Clients by family",
        "When clients asked for the first time of their day, by family of device: over whole days, how many there were.",
        sumOf("cacheclients", "clients", "Clients"),
        "family",
      ),
    ),
    overTime(
      installation,
      bars(
        "Requests by system",
        "Files that were asked for, by system and version: an update shows as one version going and another coming.",
        sumOf("cacheclients", "requests", "Requests"),
        "os",
      ),
    ),
    most(
      "Models",
      "Clients by model of device, each once a local day. A model stands for what the client says of itself.",
      sumOf("cachemodels", "clients", "Clients"),
      "model",
      UNITS.count,
    ),
    most(
      "Systems",
      "Clients by system and version, each once a local day.",
      sumOf("cacheclients", "clients", "Clients"),
      "os",
      UNITS.count,
    ),
    most(
      "Kinds of file",
      "What was sent, by kind of file, as the log rounds it.",
      sumOf("cachefiles", "bytes", "Sent"),
      "kind",
      UNITS.bytes,
    ),
  ];
}
