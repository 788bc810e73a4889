/**
 * Warming: what was pulled through the caches at night, what it cost, and what the next day looked like.
 *
 * @module
 */

import { THRESHOLDS } from "../../core/thresholds.ts";
import { annotation, board } from "../look/board.ts";
import { COLOURS } from "../look/colours.ts";
import type { Dashboard } from "../look/grafana-types.ts";
import { coloured, column, judged, overTime, sorted, stat, table, UNITS, type Unplaced } from "../look/panels.ts";
import { BY_SITE, selection, timezoneVariable } from "../look/variables.ts";
import { type Figure, fields, hitRatio, lastOf, lastSeen, type Question, sumOf } from "../query/query.ts";
import type { Setting } from "../setting.ts";

const ask = (question: Omit<Question, "select">): Question => ({ ...question, select: BY_SITE });
const RUN = "precacherun_1d";

/** The board. */
export function warming(setting: Setting): Dashboard {
  return board(setting, {
    board: "warming",
    title: "Warming",
    description:
      "What warming asked for, what was there already, what it pulled over the WAN, and how the day after went.",
    from: "now-30d/d",
    refresh: "15m",
    variables: [...selection(setting, BY_SITE), ...timezoneVariable(setting)],
    annotations: [annotation(setting, "Wiped", "wiped", COLOURS.trouble, BY_SITE)],
    sections: [
      { panels: numbers(setting) },
      { panels: bought(setting) },
      { title: "Night by night", panels: nights(setting) },
      { title: "Runs", panels: tables(setting) },
    ],
  });
}

function numbers(setting: Setting): Unplaced[] {
  const of = (title: string, description: string, figure: Figure, unit: string) => ({
    title,
    description,
    question: ask({ figures: [figure], buckets: figure.kind === "sum" ? ("day" as const) : ("range" as const) }),
    unit,
    width: 4,
    height: 4,
  });
  return [
    stat(
      setting,
      of(
        "Planned",
        "Files the runs of the chosen time meant to have in the caches.",
        sumOf(RUN, "planned", "Planned"),
        UNITS.count,
      ),
    ),
    stat(setting, of("Warmed", "Files fetched whole through a cache.", sumOf(RUN, "warmed", "Warmed"), UNITS.count)),
    stat(
      setting,
      of(
        "There already",
        "Files that were in the cache when the run came to them: nothing to do.",
        sumOf(RUN, "cached", "There already"),
        UNITS.count,
      ),
    ),
    stat(setting, {
      ...of(
        "Failed",
        "Files that could not be fetched. The next run tries them again.",
        sumOf(RUN, "failed", "Failed"),
        UNITS.count,
      ),
      threshold: THRESHOLDS.warmingFailed,
    }),
    stat(
      setting,
      of(
        "Fetched from Apple",
        "Bytes warming made the caches pull over the WAN: the price of the night.",
        sumOf(RUN, "bytes.fromorigin", "Fetched from Apple"),
        UNITS.bytes,
      ),
    ),
    stat(
      setting,
      of(
        "Speed",
        "Bytes read through the caches for each second of a run.",
        { kind: "ratio", name: "Speed", part: [RATE.part], whole: [RATE.whole] },
        UNITS.bytesPerSecond,
      ),
    ),
  ];
}

const RATE = { part: fields(RUN, "bytes.asked"), whole: fields(RUN, "seconds") };

function bought(setting: Setting): Unplaced[] {
  const size = { width: 12, height: 10 };
  return [
    overTime(setting, {
      ...size,
      title: "Pulled at night",
      description:
        "Bytes the caches fetched from Apple because warming asked, and those it read from what they held. A run is counted on the day it ended, so the bar of a day is the night before it.",
      question: ask({
        figures: [
          sumOf(RUN, "bytes.fromorigin", "From Apple"),
          {
            kind: "sum",
            name: "Held already",
            add: [fields(RUN, "bytes.asked")],
            subtract: [fields(RUN, "bytes.fromorigin")],
          },
        ],
        buckets: "day",
      }),
      unit: UNITS.bytes,
      draw: "bars",
      stacked: true,
      legend: "sum",
      overrides: [coloured("From Apple", COLOURS.origin), coloured("Held already", COLOURS.cache)],
    }),
    overTime(setting, {
      ...size,
      title: "Hit ratio of the day after",
      description:
        "The share of each day's bytes that did not come from Apple, drawn over the same days as the nights beside it: what the night's work bought. Warming itself is a client too and lowers it on nights with much to fetch.",
      question: ask({ figures: [hitRatio("_1d", "Without Apple")], buckets: "day" }),
      unit: UNITS.share,
      draw: "lines",
      legend: "mean",
      min: 0,
      max: 1,
      overrides: [coloured("Without Apple", COLOURS.cache)],
    }),
  ];
}

function nights(setting: Setting): Unplaced[] {
  return [
    overTime(setting, {
      title: "Files",
      description: "What became of the files of each night's runs.",
      question: ask({
        figures: [
          sumOf(RUN, "warmed", "Warmed"),
          sumOf(RUN, "cached", "There already"),
          sumOf(RUN, "skipped", "Left for another run"),
          sumOf(RUN, "failed", "Failed"),
        ],
        buckets: "day",
      }),
      unit: UNITS.count,
      width: 12,
      height: 9,
      draw: "bars",
      stacked: true,
      legend: "sum",
      overrides: [
        coloured("Warmed", COLOURS.cache),
        coloured("There already", COLOURS.peers),
        coloured("Failed", COLOURS.trouble),
      ],
    }),
    overTime(setting, {
      title: "Time spent",
      description: "Seconds the runs of each night took, all caches together.",
      question: ask({ figures: [sumOf(RUN, "seconds", "Time")], buckets: "day" }),
      unit: UNITS.seconds,
      width: 12,
      height: 9,
      draw: "bars",
      legend: "sum",
    }),
  ];
}

function tables(setting: Setting): Unplaced[] {
  const run = (field: string, name: string): Figure => lastOf("precacherun", field, name);
  return [
    table(setting, {
      title: "Last run of each cache",
      description: "The last warming run of each cache in the chosen time.",
      question: ask({
        figures: [
          lastSeen("precacherun", "planned", "Ended"),
          run("planned", "Planned"),
          run("warmed", "Warmed"),
          run("cached", "There already"),
          run("failed", "Failed"),
          run("bytes.fromorigin", "From Apple"),
          run("seconds", "Took"),
        ],
        by: ["target", "site_name", "region"],
        buckets: "range",
      }),
      unit: UNITS.count,
      width: 14,
      height: 12,
      noValue: "–",
      overrides: [
        column("Ended", { unit: UNITS.whenSeen }),
        judged("Failed", UNITS.count, THRESHOLDS.warmingFailed),
        column("From Apple", { unit: UNITS.bytes }),
        column("Took", { unit: UNITS.seconds }),
      ],
      transformations: [sorted("Ended", true)],
    }),
    table(setting, {
      title: "What was warmed",
      description: "Bytes by group of files and what became of them.",
      question: ask({
        figures: [
          sumOf("precacheasset", "bytes", "Size"),
          sumOf("precacheasset", "bytes.fromorigin", "From Apple"),
          sumOf("precacheasset", "devices", "Devices waiting"),
        ],
        by: ["group", "outcome"],
        buckets: "range",
      }),
      unit: UNITS.bytes,
      width: 10,
      height: 12,
      noValue: "–",
      overrides: [column("Devices waiting", { unit: UNITS.count })],
      transformations: [sorted("Size", true)],
    }),
  ];
}
