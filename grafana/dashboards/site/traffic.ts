/**
 * What a cache gave, to whom and from where.
 *
 * @module
 */

import { FROM_APPLE } from "../../../core/measures.ts";
import { THRESHOLDS } from "../../../core/thresholds.ts";
import type { Installation } from "../../installation.ts";
import {
  askCaches,
  COLOURS,
  coloured,
  NOT_NEGATIVE,
  overTime,
  SOURCE_COLOURS,
  stat,
  type TimeSpec,
  UNITS,
  type Unplaced,
} from "../../look/look.ts";
import {
  type Figure,
  fromOrigin,
  greatestOf,
  hitRatio,
  perSecond,
  SOURCES,
  saved,
  served,
  servedBySource,
  sumOf,
  turnedAway,
} from "../../query/query.ts";

/** Six numbers of the chosen time. */
export function numbers(installation: Installation): Unplaced[] {
  const of = (title: string, description: string, figure: Figure, unit: string = UNITS.bytes) => ({
    title,
    description,
    // sums and highest values are drawn over time as well; a ratio is of the whole time
    question: askCaches({
      figures: [figure],
      buckets: figure.kind === "ratio" ? ("range" as const) : ("interval" as const),
    }),
    unit,
    width: 4,
    height: 4,
  });
  return [
    stat(installation, of("Served", "Bytes given to devices in the chosen time.", served(""))),
    stat(installation, {
      ...of("Saved", "Bytes from the caches, less what warming was given of them: nobody waited for those.", saved("")),
      mappings: [NOT_NEGATIVE],
    }),
    stat(installation, {
      ...of("Hit ratio", "Share of what was served that came from the caches.", hitRatio(""), UNITS.share),
      threshold: THRESHOLDS.hitRatio,
      decimals: 1,
    }),
    stat(installation, of("From Apple", "Bytes that crossed the WAN to be served.", fromOrigin(""))),
    stat(installation, {
      ...of(
        "Highest pressure",
        "The highest cache pressure in the chosen time. At 100 % the cache evicts what it has just got.",
        greatestOf("cachestatus", "pressure", "Pressure"),
        UNITS.share,
      ),
      threshold: THRESHOLDS.pressure,
    }),
    stat(installation, {
      ...of("Turned away", "Requests refused because the disk was full.", turnedAway(), UNITS.count),
      threshold: THRESHOLDS.any,
    }),
  ];
}

/** Who asks a cache. */
const REQUESTS = [
  ["Devices", "requests.fromclients"],
  ["Peers", "requests.frompeers"],
  ["Child caches", "requests.fromchildren"],
] as const;

/** Bytes, answers and requests over time. */
export function traffic(installation: Installation): Unplaced[] {
  const bars = (
    title: string,
    description: string,
    figures: readonly Figure[],
    unit: string,
    width: number,
  ): TimeSpec => ({
    title,
    description,
    question: askCaches({ figures, buckets: "interval" }),
    unit,
    width,
    height: 9,
    draw: "bars",
    stacked: true,
    legend: "sum",
  });
  const rates = (title: string, description: string, figures: readonly Figure[], unit: string): TimeSpec => ({
    ...bars(title, description, figures, unit, 12),
    draw: "lines",
    stacked: false,
    legend: "max",
    min: 0,
  });
  return [
    overTime(installation, {
      ...bars(
        "Served by source",
        "Bytes given to devices, by where they came from: its own disk, a peer, a parent, or Apple. The legend has the totals.",
        servedBySource(""),
        UNITS.bytes,
        16,
      ),
      height: 11,
      overrides: SOURCE_COLOURS,
    }),
    overTime(installation, {
      ...bars(
        "Hit ratio",
        "Share of what was served that came from the caches. No point where nothing was served.",
        [hitRatio("")],
        UNITS.share,
        8,
      ),
      height: 11,
      draw: "lines",
      stacked: false,
      // a mean of steps is not the ratio of the tile
      legend: "none",
      min: 0,
      max: 1,
      overrides: [coloured("Hit ratio", COLOURS.cache)],
    }),
    overTime(installation, {
      ...rates(
        "Bandwidth",
        "Bytes in a second: all that devices were given, and the part of it that came over the WAN, from Apple. The legend has the peaks; each point is the mean of its step.",
        [perSecond(served(""), "To devices"), perSecond(fromOrigin(""), FROM_APPLE.title)],
        UNITS.bytesPerSecond,
      ),
      overrides: [coloured("To devices", COLOURS.cache), coloured(FROM_APPLE.title, COLOURS.origin)],
    }),
    overTime(
      installation,
      rates(
        "Request rate",
        "Requests the cache took in a second, by who asked. The legend has the peaks; each point is the mean of its step.",
        REQUESTS.map(([name, field]) => perSecond(sumOf("requests", field, name), name)),
        UNITS.requestsPerSecond,
      ),
    ),
    overTime(installation, {
      ...bars(
        "Answers by source",
        "Answers to devices, by where the content came from.",
        SOURCES.map(([name, source]) => sumOf("replies", `replies.from${source}.toclients`, name)),
        UNITS.count,
        12,
      ),
      overrides: SOURCE_COLOURS,
    }),
    overTime(
      installation,
      bars(
        "Requests by who asked",
        "Requests the cache took, and those it turned away for want of room.",
        [...REQUESTS.map(([name, field]) => sumOf("requests", field, name)), turnedAway()],
        UNITS.count,
        12,
      ),
    ),
  ];
}
