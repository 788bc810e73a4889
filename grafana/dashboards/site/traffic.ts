/**
 * What a cache gave, to whom and from where.
 *
 * @module
 */
import {
  coloured,
  NOT_NEGATIVE,
  overTime,
  SOURCE_COLOURS,
  stat,
  type TimeSpec,
  UNITS,
  type Unplaced,
} from "../../panels.ts";
import { type Figure, fromOrigin, greatestOf, hitRatio, saved, served, servedBySource, sumOf } from "../../queries.ts";
import type { Setting } from "../../setting.ts";
import { COLOURS, THRESHOLDS } from "../../thresholds.ts";
import { ask } from "./ask.ts";

/** Six numbers of the chosen time. */
export function numbers(setting: Setting): Unplaced[] {
  const of = (title: string, description: string, figure: Figure, unit: string) => ({
    title,
    description,
    question: ask({ figures: [figure], buckets: "range" as const }),
    unit,
    width: 4,
    height: 4,
    mappings: [NOT_NEGATIVE],
  });
  return [
    stat(setting, of("Served", "Bytes given to devices in the chosen time.", served(""), UNITS.bytes)),
    stat(
      setting,
      of(
        "Saved",
        "Bytes that did not have to come from Apple; what warming took is not counted.",
        saved(""),
        UNITS.bytes,
      ),
    ),
    stat(setting, {
      ...of("Hit ratio", "Share of what devices got that did not come from Apple.", hitRatio(""), UNITS.share),
      mappings: [],
      threshold: THRESHOLDS.hitRatio,
      decimals: 1,
    }),
    stat(setting, of("From Apple", "Bytes fetched over the WAN for devices.", fromOrigin(""), UNITS.bytes)),
    stat(setting, {
      ...of(
        "Highest pressure",
        "The highest cache pressure in the chosen time. At 100 % the cache evicts what it has just got.",
        greatestOf("cachestatus", "pressure", "Pressure"),
        UNITS.share,
      ),
      mappings: [],
      threshold: THRESHOLDS.pressure,
    }),
    stat(setting, {
      ...of(
        "Turned away",
        "Requests refused because the disk was full.",
        sumOf("requests", "requests.rejected.fornospace", "Turned away"),
        UNITS.count,
      ),
      threshold: THRESHOLDS.any,
      mappings: [],
    }),
  ];
}

/** Bytes, answers and requests over time. */
export function traffic(setting: Setting): Unplaced[] {
  const bars = (
    title: string,
    description: string,
    figures: readonly Figure[],
    unit: string,
    width: number,
  ): TimeSpec => ({
    title,
    description,
    question: ask({ figures, buckets: "interval" }),
    unit,
    width,
    height: 9,
    draw: "bars",
    stacked: true,
    legend: "sum",
  });
  return [
    overTime(setting, {
      ...bars(
        "Served by source",
        "Bytes given to devices, by where they came from: its own disk, a neighbour, a parent, or Apple. Totals of the chosen time stand in the legend.",
        servedBySource(""),
        UNITS.bytes,
        16,
      ),
      height: 11,
      overrides: SOURCE_COLOURS,
    }),
    overTime(setting, {
      ...bars(
        "Hit ratio",
        "Share of what devices got that did not come from Apple. No point where nothing was served.",
        [hitRatio("")],
        UNITS.share,
        8,
      ),
      height: 11,
      draw: "lines",
      stacked: false,
      legend: "mean",
      min: 0,
      max: 1,
      overrides: [coloured("Hit ratio", COLOURS.cache)],
    }),
    overTime(setting, {
      ...bars(
        "Answers by source",
        "Answers to devices, by where the content came from.",
        [
          sumOf("replies", "replies.fromcache.toclients", "Cache"),
          sumOf("replies", "replies.frompeers.toclients", "Peers"),
          sumOf("replies", "replies.fromparents.toclients", "Parents"),
          sumOf("replies", "replies.fromorigin.toclients", "Apple"),
        ],
        UNITS.count,
        12,
      ),
      overrides: SOURCE_COLOURS,
    }),
    overTime(
      setting,
      bars(
        "Requests by who asked",
        "Requests the cache took, and those it turned away for want of room.",
        [
          sumOf("requests", "requests.fromclients", "Devices"),
          sumOf("requests", "requests.frompeers", "Peers"),
          sumOf("requests", "requests.fromchildren", "Child caches"),
          sumOf("requests", "requests.rejected.fornospace", "Turned away"),
        ],
        UNITS.count,
        12,
      ),
    ),
  ];
}
