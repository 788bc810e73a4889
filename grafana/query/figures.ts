/**
 * The figures of our boards: measures of `core/measures.ts`, gauges and counts as a panel asks for them.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import {
  DAY_NUMBERS,
  FROM_APPLE,
  HIT_RATIO,
  type MeasuredFields,
  SAVED,
  SERVED,
  type SumMeasure,
} from "../../core/measures.ts";
import { type Fields, type Figure, fields, type Resolution, type ShareCount } from "./question.ts";

/**
 * What a measure of core/measures.ts is called in closed days: those have it as one number, which is much quicker to ask
 * for, and warming is taken off already.
 */
const DAY_FIELDS: ReadonlyMap<SumMeasure, readonly string[]> = new Map<SumMeasure, readonly string[]>([
  ...Object.entries(DAY_NUMBERS).map(([field, measure]): [SumMeasure, string[]] => [measure, [field]]),
  [SERVED, ["local", "origin"]],
]);

const ofPeriod = (each: MeasuredFields, period: Resolution): Fields =>
  fields(`${each.measurement}${period}`, ...each.fields);

/** The sums a measure is made of, in one period. */
function partsOf(measure: SumMeasure, period: Resolution): { add: Fields[]; subtract: Fields[] } {
  const days = period === "_1d" ? DAY_FIELDS.get(measure) : undefined;
  if (days !== undefined) return { add: [fields("served_1d", ...days)], subtract: [] };
  return {
    add: measure.add.map((each) => ofPeriod(each, period)),
    subtract: measure.subtract.map((each) => ofPeriod(each, period)),
  };
}

/** A measure as one number of a panel. @param more.times text that multiplies it in both languages */
export function measured(
  measure: SumMeasure,
  period: Resolution,
  { name = measure.title, times }: { readonly name?: string | undefined; readonly times?: string } = {},
): Figure {
  const { add, subtract } = partsOf(measure, period);
  return {
    kind: "sum",
    name,
    add,
    ...(subtract.length > 0 ? { subtract } : {}),
    ...(measure.neverNegative ? { neverNegative: true } : {}),
    ...(times === undefined ? {} : { times }),
  };
}

/** Bytes clients were served. */
export const served = (period: Resolution): Figure => measured(SERVED, period);

/** Bytes fetched from Apple for clients, over the WAN. */
export const fromOrigin = (period: Resolution): Figure => measured(FROM_APPLE, period);

/** Bytes that did not have to cross the WAN again. */
export const saved = (period: Resolution, name?: string): Figure => measured(SAVED, period, { name });

/** What was saved against as many days before; `before` names the sum of those. */
export const savedChange = (name: string, before: string): Figure => ({
  kind: "change",
  name,
  of: fields("served_1d", "saved"),
  before,
});

/** What saved bytes would have cost: the board's variable `price` is for 1 GB of 1,000,000,000 bytes. */
export const savedMoney = (period: Resolution): Figure =>
  measured(SAVED, period, { name: "Money saved", times: "* ${price} / 1000000000" });

/** Share of served bytes that did not come from Apple. */
export const hitRatio = (period: Resolution, name = HIT_RATIO.title): Figure => ({
  kind: "ratio",
  name,
  part: partsOf(HIT_RATIO.part, period).add,
  whole: partsOf(HIT_RATIO.whole, period).add,
});

/** Caches whose hit ratio of closed hours is below a limit. */
export function hitRatioCount(below: number): ShareCount {
  const [part, whole] = [HIT_RATIO.part, HIT_RATIO.whole].map((measure) => partsOf(measure, "_1h").add[0]);
  if (part === undefined || whole === undefined) {
    throw new LarderError("Cannot build a query of the hit ratio: it has no fields", { code: "GRAFANA_UNKNOWN_FIELD" });
  }
  return { part, whole, below };
}

/** One field's sum under a name of its own. */
export const sumOf = (measurement: string, field: string, name: string): Figure => ({
  kind: "sum",
  name,
  add: [fields(measurement, field)],
});

/** A sum by bucket, as a rate: what it would have been in one second. */
export const perSecond = (figure: Figure, name: string): Figure =>
  figure.kind === "sum" ? { ...figure, name, perSecond: true } : figure;

/** Requests turned away. A cache that is never full writes no such number, so 0 is where it took requests. */
export const turnedAway = (): Figure => ({
  kind: "sum",
  name: "Turned away",
  add: [fields("requests", "requests.rejected.fornospace")],
  zeroWith: fields("requests", "requests.fromclients"),
});

/** Disk used, as a share of the configured limit. */
export const useOfLimit = (): Figure => ({
  kind: "used",
  name: "Use of the limit",
  of: fields("cachestatus", "used"),
  limit: fields("cachestatus", "limit"),
});

/** A sum of one field less another, such as what is between two cumulative ages. */
export const between = (
  measurement: string,
  { field, less, name }: { readonly field: string; readonly less: string; readonly name: string },
): Figure => ({
  kind: "sum",
  name,
  add: [fields(measurement, field)],
  subtract: [fields(measurement, less)],
});

/** The last value of a gauge. */
export const lastOf = (measurement: string, field: string, name: string): Figure =>
  lastOfEach(measurement, field, { name, per: undefined });

/** The last value of a gauge of which a row has several: the greatest. @param of.per tags that it has them by */
export const lastOfEach = (
  measurement: string,
  field: string,
  { name, per }: { readonly name: string; readonly per: readonly string[] | undefined },
): Figure => ({
  kind: "last",
  name,
  of: fields(measurement, field),
  ...(per === undefined ? {} : { per }),
});

/** The last value of a gauge of each cache, added up. */
export const totalOf = (measurement: string, field: string, name: string): Figure => ({
  kind: "total",
  name,
  of: fields(measurement, field),
});

/** The greatest value of a gauge. */
export const greatestOf = (measurement: string, field: string, name: string): Figure => ({
  kind: "greatest",
  name,
  of: fields(measurement, field),
});

/** When a field was last written, Unix milliseconds. */
export const lastSeen = (measurement: string, field: string, name: string): Figure => ({
  kind: "seen",
  name,
  of: fields(measurement, field),
});

/** What the caches gave to warming: nobody waited for it, so it is not in what was saved. */
export const givenToWarming = (name = GIVEN_TO_WARMING): Figure => ({
  kind: "sum",
  name,
  add: [fields("served_1d", "local")],
  subtract: [fields("served_1d", "saved")],
});

export const GIVEN_TO_WARMING = "Given to warming";

/** Bytes of days in three parts that add up to what was served: saved, given to warming, from Apple. */
export const servedByDay = (): Figure[] => [saved("_1d"), givenToWarming(), fromOrigin("_1d")];

/** Bytes by where they came from, the parts of what was served. */
export const servedBySource = (period: "" | "_1h"): Figure[] =>
  SOURCES.map(([name, source]) => ({
    kind: "sum",
    name,
    add: [fields(`bytestoclients${period}`, `bytes.from${source}.toclients`)],
  }));

/** Where bytes come from, as people read it. */
export const SOURCES = [
  ["From its disk", "cache"],
  ["From peers", "peers"],
  ["From parents", "parents"],
  [FROM_APPLE.title, "origin"],
] as const;
