/**
 * What can be wrong with a cache: one entry for each quantity that is judged. The table of all caches paints it, the list
 * of problems names the caches that are painted, and the numbers above count those of the list.
 *
 * @module
 */
import { levelOf, THRESHOLDS, type Threshold } from "../../../core/thresholds.ts";
import { COLOURS, judged, type Override, UNITS, type ValueMapping } from "../../look/look.ts";
import {
  type CacheCount,
  type Figure,
  fields,
  hitRatio,
  hitRatioCount,
  lastOf,
  lastOfEach,
  SILENT_AFTER,
  SILENT_WORDS,
} from "../../query/query.ts";
import { gauge, reporting } from "./row.ts";

export interface Problem {
  /** What is wrong, in the list. */
  readonly name: string;
  readonly meaning: string;
  readonly threshold: Threshold;
  /** The cell of the table of all caches, its name a column there. */
  readonly figure: Figure;
  readonly paint: Override;
  /** The caches that have reached a limit of the threshold. */
  readonly at: (limit: number) => Caches;
}

/** Caches counted: some less others. */
interface Caches {
  readonly add: readonly CacheCount[];
  readonly subtract?: readonly CacheCount[];
}

interface Judged {
  readonly name: string;
  readonly meaning: string;
  readonly column: string;
  readonly threshold: Threshold;
}

/** A number, judged by its last value. */
function number(
  { column, ...rest }: Judged,
  of: { measurement: string; field: string; unit: string; per?: readonly string[]; decimals?: number },
): Problem {
  const per = of.per === undefined ? {} : { per: of.per };
  const all = { of: fields(of.measurement, of.field), ...per };
  return {
    ...rest,
    figure: lastOfEach(of.measurement, of.field, { name: column, per: of.per }),
    paint: judged(column, rest.threshold, {
      unit: of.unit,
      ...(of.decimals === undefined ? {} : { decimals: of.decimals }),
    }),
    at: (limit) => ({
      add: [{ ...all, where: { is: rest.threshold.below === true ? "<" : ">=", value: limit } }],
    }),
  };
}

/** A flag or a small code, shown in words and judged by its last value. */
function word(
  { column, ...rest }: Judged,
  of: { measurement: string; field: string; words: Readonly<Record<string, string>>; wrong?: boolean },
): Problem {
  const { wrong } = of;
  return {
    ...rest,
    figure: lastOf(of.measurement, of.field, column),
    paint: inWords(column, rest.threshold, of.words),
    at: (limit) => ({
      add: [
        gauge(
          of.measurement,
          of.field,
          wrong === undefined
            ? { is: rest.threshold.below === true ? "<" : ">=", value: limit }
            : { is: "=", value: wrong },
        ),
      ],
    }),
  };
}

const PAINTED = { fine: "transparent", watch: COLOURS.watch, trouble: COLOURS.trouble } as const;

/** A column in words. InfluxDB answers a flag with true and false, VictoriaMetrics with 1 and 0. */
function inWords(column: string, threshold: Threshold, words: Readonly<Record<string, string>>): Override {
  const FLAGS: Readonly<Record<string, string>> = { "1": "true", "0": "false" };
  const options = Object.entries(words).flatMap(([value, text], index) => {
    const shown = { text, color: PAINTED[levelOf(threshold, Number(value))], index };
    const flag = FLAGS[value];
    return flag === undefined
      ? [[value, shown]]
      : [
          [value, shown],
          [flag, shown],
        ];
  });
  return judged(column, threshold, {
    unit: "none",
    mappings: [{ type: "value", options: Object.fromEntries(options) }],
    color: { mode: "fixed", fixedColor: "transparent" },
    "custom.width": 100,
  });
}

/** A cache that has not reported lately has no value here, and that says something. */
const REPORTS: readonly ValueMapping[] = [
  { type: "value", options: { "1": { text: "yes", color: "transparent", index: 0 } } },
  { type: "special", options: { match: "null", result: { text: "silent", color: COLOURS.trouble, index: 1 } } },
];

const percent = (share: number): string => `${share * 100} %`;

/** The worst kinds first. */
export const PROBLEMS: readonly Problem[] = [
  {
    name: "Silent",
    meaning: `wrote in the chosen time, but not in its last ${SILENT_WORDS}`,
    threshold: THRESHOLDS.any,
    figure: { kind: "count", name: "Reports", add: [{ ...reporting, within: SILENT_AFTER }] },
    paint: judged("Reports", THRESHOLDS.any, {
      unit: "none",
      mappings: REPORTS,
      color: { mode: "fixed", fixedColor: "transparent" },
      "custom.width": 90,
    }),
    at: () => ({ add: [reporting], subtract: [{ ...reporting, within: SILENT_AFTER }] }),
  },
  word(
    {
      name: "Reads nothing",
      meaning: "its collector could not read all its sources",
      column: "Reads",
      threshold: THRESHOLDS.always,
    },
    { measurement: "larder", field: "up", words: { "1": "yes", "0": "no" } },
  ),
  word(
    { name: "Not active", meaning: "it is not ready to serve", column: "Active", threshold: THRESHOLDS.always },
    { measurement: "cachestatus", field: "active", words: { "1": "yes", "0": "no" }, wrong: false },
  ),
  word(
    {
      name: "Not registered",
      meaning: "Apple does not send devices to it: its registration is under way (amber) or was refused (red)",
      column: "Registered",
      threshold: THRESHOLDS.registered,
    },
    {
      measurement: "cachestatus",
      field: "registered",
      words: { "1": "yes", "0": "under way", "-1": "refused" },
    },
  ),
  number(
    {
      name: "Under pressure",
      meaning: `its cache pressure is ${percent(THRESHOLDS.pressure.watch)} (amber) or ${percent(THRESHOLDS.pressure.trouble)} (red) or more: it evicts what is still asked for`,
      column: "Pressure",
      threshold: THRESHOLDS.pressure,
    },
    { measurement: "cachestatus", field: "pressure", unit: UNITS.share, decimals: 0 },
  ),
  word(
    { name: "Low on space", meaning: "Apple says LOWSPACE", column: "Low on space", threshold: THRESHOLDS.lowSpace },
    { measurement: "cachestatus", field: "lowspace", words: { "1": "yes", "0": "no" }, wrong: true },
  ),
  {
    name: "Low hit ratio",
    meaning: `less than ${percent(THRESHOLDS.hitRatio.watch)} (amber) or ${percent(THRESHOLDS.hitRatio.trouble)} (red) of what it served came from the caches`,
    threshold: THRESHOLDS.hitRatio,
    figure: hitRatio("_1h"),
    paint: judged("Hit ratio", THRESHOLDS.hitRatio, { unit: UNITS.share, decimals: 1 }),
    at: (limit) => ({ add: [hitRatioCount(limit)] }),
  },
  number(
    {
      name: "Warming failed",
      meaning: `its last warming run could not fetch ${THRESHOLDS.warmingFailed.watch} (amber) or ${THRESHOLDS.warmingFailed.trouble} (red) files or more`,
      column: "Failed in last warming",
      threshold: THRESHOLDS.warmingFailed,
    },
    { measurement: "precacherun", field: "failed", unit: UNITS.count, per: ["target"] },
  ),
  number(
    {
      name: "Behind with sending",
      meaning: `${megabytes(THRESHOLDS.backlogBytes.watch)} (amber) or ${megabytes(THRESHOLDS.backlogBytes.trouble)} (red) of its journal or more are still to be sent, so its numbers here are old`,
      column: "Waiting to be sent",
      threshold: THRESHOLDS.backlogBytes,
    },
    { measurement: "larder", field: "backlog", unit: UNITS.bytes },
  ),
];

function megabytes(bytes: number): string {
  return `${bytes / 1_000_000} MB`;
}

/** What a cache counts for in the list: the words of it are those of the colours. */
export const WEIGHTS = { watch: 1, trouble: 2 } as const;

/** 1 where a cache should be looked at, 2 where somebody has to act, nothing or 0 where all is well. */
export function problemFigure({ name, threshold, at }: Problem): Figure {
  const { watch, trouble } = threshold;
  if (trouble === undefined) return { kind: "count", name, ...at(watch) };
  if (trouble === watch) return { kind: "count", name, ...at(trouble), times: WEIGHTS.trouble };
  return { kind: "count", name, add: [...at(watch).add, ...at(trouble).add] };
}

/** How many caches have a problem: 0 where caches are known and none has it, nothing where none is known. */
export function problemCount({ name, threshold, at }: Problem): Figure {
  return counted(name, [at(threshold.watch)]);
}

/** All problems of all caches added up. */
export function allProblems(name: string): Figure {
  return counted(
    name,
    PROBLEMS.map(({ threshold, at }) => at(threshold.watch)),
  );
}

function counted(name: string, caches: readonly Caches[]): Figure {
  return {
    kind: "count",
    name,
    add: [reporting, ...caches.flatMap(({ add }) => add)],
    subtract: [reporting, ...caches.flatMap(({ subtract = [] }) => subtract)],
  };
}
