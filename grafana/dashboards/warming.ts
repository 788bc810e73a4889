/**
 * Warming: what it cost, what the caches gave devices afterwards, and how its runs went.
 *
 * Cost comes from `precacheasset`, file by file as they end; only what a run alone knows, its counts and how long it took,
 * comes from the `precacherun` that closes it.
 *
 * @module
 */

import { FROM_APPLE, HIT_RATIO, WARMING_COST, WARMING_EFFECT } from "../../core/measures.ts";
import { WIPE_EVENTS } from "../../core/schema.ts";
import { THRESHOLDS } from "../../core/thresholds.ts";
import type { Installation } from "../installation.ts";
import {
  annotation,
  askSites,
  BY_SITE,
  board,
  COLOURS,
  coloured,
  column,
  type Dashboard,
  judged,
  NOT_NEGATIVE,
  overTime,
  selection,
  sorted,
  stat,
  table,
  timezoneVariable,
  UNITS,
  type Unplaced,
  words,
} from "../look/look.ts";
import {
  type Figure,
  fields,
  greatestOf,
  hitRatio,
  lastOf,
  lastSeen,
  measured,
  type PanelQuestion,
  sumOf,
} from "../query/query.ts";

const RUN = "precacherun_1d";

/** The board. */
export function warming(installation: Installation): Dashboard {
  return board(installation, {
    board: "warming",
    title: "Warming",
    description:
      "What warming fetched from Apple, what the caches gave devices from their disks, and how the runs went.",
    from: "now-30d/d",
    refresh: "15m",
    variables: [...selection(installation, BY_SITE), ...timezoneVariable(installation)],
    annotations: [
      annotation(installation, {
        name: "Wiped",
        event: WIPE_EVENTS.join("|"),
        colour: COLOURS.trouble,
        select: BY_SITE,
      }),
    ],
    sections: [
      { panels: numbers(installation) },
      { panels: bought(installation) },
      { title: "Night by night", panels: nights(installation) },
      { title: "Runs", panels: tables(installation) },
      { title: "How these numbers are made", panels: [explanation()] },
    ],
  });
}

/** Of a board about runs, nothing written means that there was none. */
const NONE = { noValue: "no warming" };

/** Sums by day, so that a number is the total of the chart beside it; what is given in all is never below nothing. */
function numbers(installation: Installation): Unplaced[] {
  const size = { width: 4, height: 5, ...NONE };
  const days = (figure: Figure): PanelQuestion => askSites({ figures: [figure], buckets: "day" });
  return [
    stat(installation, {
      ...size,
      title: WARMING_EFFECT.title,
      description:
        "Bytes the caches gave devices from their own disks, warming's own requests left out: what warming saved is in it, and is not more than it.",
      question: days(measured(WARMING_EFFECT, "_1d")),
      unit: UNITS.bytes,
      mappings: [NOT_NEGATIVE],
    }),
    stat(installation, {
      ...size,
      title: WARMING_COST.title,
      description:
        "Bytes the caches fetched from Apple because warming asked: its cost. Added up file by file, so that a run that was killed is in it.",
      question: days(measured(WARMING_COST, "_1d")),
      unit: UNITS.bytes,
    }),
    stat(installation, {
      ...size,
      title: "Warmed",
      description: "Files fetched whole through a cache.",
      question: days(sumOf(RUN, "warmed", "Warmed")),
      unit: UNITS.count,
    }),
    stat(installation, {
      ...size,
      title: "Failed",
      description:
        "Files that could not be fetched, in all runs of the chosen time. The next run tries them again; what the last runs left is in the table below.",
      question: days(sumOf(RUN, "failed", "Failed")),
      unit: UNITS.count,
    }),
    stat(installation, {
      ...size,
      title: "Devices waiting",
      description: "The most devices that waited for one and the same file of a run.",
      question: askSites({ figures: [greatestOf("precacheasset", "devices", "Devices waiting")], buckets: "range" }),
      unit: UNITS.count,
    }),
    stat(installation, {
      ...size,
      title: "Speed",
      description: "Bytes read through the caches for each second of a run.",
      question: askSites({
        figures: [
          { kind: "ratio", name: "Speed", part: [fields(RUN, "bytes.asked")], whole: [fields(RUN, "seconds")] },
        ],
        buckets: "range",
      }),
      unit: UNITS.bytesPerSecond,
    }),
  ];
}

const HELD = "From the caches";

function bought(installation: Installation): Unplaced[] {
  const size = { width: 12, height: 10, ...NONE };
  return [
    overTime(installation, {
      ...size,
      title: "Cost and effect",
      description:
        "Orange: what warming had the caches fetch from Apple. Green: what they gave devices from their disks on the same days, warming left out. A file is counted on the day it was fetched, so the orange bar of a day is the night before it.",
      question: askSites({
        figures: [measured(WARMING_EFFECT, "_1d"), measured(WARMING_COST, "_1d")],
        buckets: "day",
      }),
      unit: UNITS.bytes,
      draw: "bars",
      legend: "sum",
      overrides: [coloured(WARMING_EFFECT.title, COLOURS.cache), coloured(WARMING_COST.title, COLOURS.origin)],
    }),
    overTime(installation, {
      ...size,
      title: "Hit ratio of the day after",
      description:
        "The share of each day's bytes that came from the caches, over the same days as the nights beside it. Warming itself is a client too and lowers it on nights with much to fetch.",
      question: askSites({ figures: [hitRatio("_1d")], buckets: "day" }),
      unit: UNITS.share,
      draw: "lines",
      legend: "mean",
      min: 0,
      max: 1,
      overrides: [coloured(HIT_RATIO.title, COLOURS.cache)],
    }),
  ];
}

function nights(installation: Installation): Unplaced[] {
  return [
    overTime(installation, {
      title: "Asked for",
      description:
        "Bytes warming asked for: what the caches had to fetch from Apple, and what they or their peers held already.",
      question: askSites({
        figures: [
          measured(WARMING_COST, "_1d", { name: FROM_APPLE.title }),
          {
            kind: "sum",
            name: HELD,
            add: [fields("precacheasset_1d", "bytes.asked")],
            subtract: [fields("precacheasset_1d", "bytes.fromorigin")],
          },
        ],
        buckets: "day",
      }),
      unit: UNITS.bytes,
      width: 8,
      height: 9,
      ...NONE,
      draw: "bars",
      stacked: true,
      legend: "sum",
      overrides: [coloured(FROM_APPLE.title, COLOURS.origin), coloured(HELD, COLOURS.cache)],
    }),
    overTime(installation, {
      title: "Files",
      description: "What became of the files of each night's runs.",
      question: askSites({
        figures: [
          sumOf(RUN, "warmed", "Warmed"),
          sumOf(RUN, "cached", "There already"),
          sumOf(RUN, "skipped", "Left for another run"),
          sumOf(RUN, "failed", "Failed"),
        ],
        buckets: "day",
      }),
      unit: UNITS.count,
      width: 8,
      height: 9,
      ...NONE,
      draw: "bars",
      stacked: true,
      legend: "sum",
      overrides: [
        coloured("Warmed", COLOURS.cache),
        coloured("There already", COLOURS.peers),
        coloured("Left for another run", COLOURS.parents),
        coloured("Failed", COLOURS.trouble),
      ],
    }),
    overTime(installation, {
      title: "Time spent",
      description: "Seconds the runs of each night took, all caches together.",
      question: askSites({ figures: [sumOf(RUN, "seconds", "Time")], buckets: "day" }),
      unit: UNITS.seconds,
      width: 8,
      height: 9,
      ...NONE,
      draw: "bars",
      legend: "sum",
    }),
  ];
}

function tables(installation: Installation): Unplaced[] {
  const run = (field: string, name: string): Figure => lastOf("precacherun", field, name);
  return [
    table(installation, {
      title: "Last run of each cache",
      description:
        "The last warming run of each cache in the chosen time. Failed files are judged here, run by run, as on the board Fleet and by the alert rule.",
      question: askSites({
        figures: [
          lastSeen("precacherun", "planned", "Ended"),
          run("planned", "Planned"),
          run("warmed", "Warmed"),
          run("cached", "There already"),
          run("failed", "Failed"),
          run("bytes.fromorigin", FROM_APPLE.title),
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
        judged("Failed", THRESHOLDS.warmingFailed, { unit: UNITS.count }),
        column("From Apple", { unit: UNITS.bytes }),
        column("Took", { unit: UNITS.seconds }),
      ],
      transformations: [sorted("Ended", true)],
    }),
    table(installation, {
      title: "What was warmed",
      description:
        "Bytes by group of files and what became of them. Devices waiting: the most that waited for one file of the group.",
      question: askSites({
        figures: [
          sumOf("precacheasset", "bytes", "Size"),
          sumOf("precacheasset", "bytes.fromorigin", FROM_APPLE.title),
          greatestOf("precacheasset", "devices", "Devices waiting"),
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

function explanation(): Unplaced {
  return words(
    "In words",
    [
      `- **${WARMING_COST.title}** is the cost: bytes that crossed the WAN because warming asked for them, usually at night.`,
      `- **${WARMING_EFFECT.title}** is what the caches then gave devices without the WAN. Warming's own requests are taken off, because nobody waited for those. A cache would have held some of it without warming, so what warming saved is not more than this.`,
      "- Which warmed files were asked for since, and so how much was saved at least, is known on the cache itself: `larder precache report` shows it there.",
      "",
      "Warming is worth it where the second number is far above the first and the hit ratio holds on the days after a release.",
    ].join("\n"),
    7,
  );
}
