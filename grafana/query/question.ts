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

/** The names of the numbers a figure gives. */
export function namesOf(figure: Figure): string[] {
  return figure.kind === "change" ? [figure.before, figure.name] : [figure.name];
}
