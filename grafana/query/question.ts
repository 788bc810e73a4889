/**
 * What the boards ask, in one description for both query languages.
 *
 * A question has figures (a sum of deltas, a ratio, the last value of a gauge, a number of caches), tags to group by,
 * and whether it wants one number for the whole time range or one for each bucket of time. `influxql.ts` and
 * `metricsql.ts` turn it into the targets and transformations of a Grafana panel. Names of measurements and fields are
 * checked against `core/schema.ts` here, and that against all writers by `fixtures/written.test.ts`: no board can ask for
 * what nobody writes.
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
import { fieldSchema } from "../../core/schema.ts";

/** The two query languages boards are written in. */
export type Dialect = "influxql" | "metricsql";

/** Which points are read: every row, closed hours, or closed local days. */
export type Resolution = "" | "_1h" | "_1d";

/** Fields of one measurement, as the engines name them: roll-up suffix included. */
export interface Fields {
  readonly measurement: string;
  readonly fields: readonly string[];
}

/** A plain comparison with the last value of a field. */
export interface Condition {
  readonly is: "=" | "<" | "<=" | ">" | ">=" | "!=";
  readonly value: number | boolean;
}

/** Caches whose last value of a field is as asked; without a condition, all caches that have one. */
export interface ValueCount {
  readonly of: Fields;
  readonly where?: Condition;
  /** Only points so close to the end of the time range, such as `30m`; default the whole range. */
  readonly within?: string;
  /** Tags that a cache has several values by: the greatest of the last ones counts. */
  readonly per?: readonly string[];
}

/** Caches whose share of two sums is below a limit; of nothing there is no share. */
export interface ShareCount {
  readonly part: Fields;
  readonly whole: Fields;
  readonly below: number;
}

export type CacheCount = ValueCount | ShareCount;

/** One number a panel shows. */
export type Figure =
  | {
      readonly kind: "sum";
      readonly name: string;
      readonly add: readonly Fields[];
      readonly subtract?: readonly Fields[];
      /** One number for the range is cut off at zero; its buckets keep their sign, so that they add up to it. */
      readonly neverNegative?: boolean;
      /** Text that multiplies the sum in both languages, such as `* ${price} / 1000000000`. */
      readonly times?: string;
      /** Each bucket divided by its seconds. */
      readonly perSecond?: true;
      /** A field written with the others: where it is there and they are not, the sum is 0 and not missing. */
      readonly zeroWith?: Fields;
    }
  | {
      readonly kind: "ratio";
      readonly name: string;
      readonly part: readonly Fields[];
      readonly whole: readonly Fields[];
    }
  /** A sum of the complete days of the range against as many days before them: -0.1 is a tenth less. */
  | { readonly kind: "change"; readonly name: string; readonly of: Fields; readonly before: string }
  | {
      readonly kind: "last";
      readonly name: string;
      readonly of: Fields;
      /** Tags that a row has several values by: the greatest of the last ones is shown. */
      readonly per?: readonly string[];
    }
  | { readonly kind: "total"; readonly name: string; readonly of: Fields }
  | { readonly kind: "greatest"; readonly name: string; readonly of: Fields }
  /** The last values of a gauge, by cache, as a share of those of its limit; caches without a limit are left out. */
  | { readonly kind: "used"; readonly name: string; readonly of: Fields; readonly limit: Fields }
  | { readonly kind: "seen"; readonly name: string; readonly of: Fields }
  | {
      readonly kind: "count";
      readonly name: string;
      readonly add: readonly CacheCount[];
      readonly subtract?: readonly CacheCount[];
      /** What one cache counts for; default 1. */
      readonly times?: number;
    };

/**
 * How time is cut: one number for the range, one for each interval Grafana chooses, or one a local day. In long ranges
 * days become weeks and months: thousands of caches times a year of days is more than InfluxDB sums up in a second, and
 * more bars than anybody reads.
 */
export type Buckets = "range" | "day" | "interval";

/** What one panel asks. */
export interface PanelQuestion {
  readonly figures: readonly Figure[];
  readonly by?: readonly string[];
  readonly buckets: Buckets;
  /** Tags that drop-downs of the board select on, and the variable of each. */
  readonly select: Readonly<Record<string, string>>;
  /**
   * Only the rows that are greatest in one figure. InfluxQL then answers with those rows alone, not with every site's: they
   * come from one measurement. MetricsQL answers whole, and the panel sorts and cuts.
   */
  readonly top?: { readonly figure: string; readonly rows: number };
  /** Further tags held to fixed values: a regular expression without anchors. */
  readonly where?: Readonly<Record<string, string>>;
}

/** What a panel needs to ask its question in one language. */
export interface Compiled {
  readonly targets: readonly Record<string, unknown>[];
  readonly transformations: readonly Transformation[];
}

/** A Grafana transformation: steps between the answer and the panel. */
export interface Transformation {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly filter?: { readonly id: string; readonly options: string };
}

/**
 * Fields of a measurement, checked against the schema, which lists what is written and nothing else.
 * @throws LarderError `GRAFANA_UNKNOWN_FIELD` for a name that nobody writes.
 */
export function fields(measurement: string, ...names: readonly string[]): Fields {
  for (const name of names) {
    if (fieldSchema(measurement, name) === undefined) {
      throw new LarderError(`Cannot build a query of "${measurement}": the schema has no field "${name}"`, {
        code: "GRAFANA_UNKNOWN_FIELD",
        next: "look the name up in docs/measurements.md",
      });
    }
  }
  return { measurement, fields: names };
}

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

/** A measure as one number of a panel. @param times text that multiplies it in both languages */
export function measured(measure: SumMeasure, period: Resolution, name = measure.title, times?: string): Figure {
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
export const saved = (period: Resolution, name?: string): Figure => measured(SAVED, period, name);

/** What was saved against as many days before; `before` names the sum of those. */
export const savedChange = (name: string, before: string): Figure => ({
  kind: "change",
  name,
  of: fields("served_1d", "saved"),
  before,
});

/** The names of the numbers a figure gives. */
export function namesOf(figure: Figure): string[] {
  return figure.kind === "change" ? [figure.before, figure.name] : [figure.name];
}

/** What saved bytes would have cost: the board's variable `price` is for 1 GB of 1,000,000,000 bytes. */
export const savedMoney = (period: Resolution): Figure =>
  measured(SAVED, period, "Money saved", "* ${price} / 1000000000");

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
export const between = (measurement: string, field: string, less: string, name: string): Figure => ({
  kind: "sum",
  name,
  add: [fields(measurement, field)],
  subtract: [fields(measurement, less)],
});

/** The last value of a gauge. @param per tags that a row has several values by */
export const lastOf = (measurement: string, field: string, name: string, per?: readonly string[]): Figure => ({
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
