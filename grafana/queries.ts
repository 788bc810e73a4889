/**
 * What the boards ask, in one description for both query languages.
 *
 * A question has figures (a sum of deltas, a ratio, the last value of a gauge, a number of caches), tags to group by,
 * and whether it wants one number for the whole time range or one for each bucket of time. `influxql.ts` and
 * `metricsql.ts` turn it into the targets and transformations of a Grafana panel. Names of measurements and fields are
 * checked against `core/schema.ts` here, so no board can ask for what nobody writes.
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";
import { fieldSchema } from "../core/schema.ts";

/** The two query languages boards are written in. */
export type Dialect = "influxql" | "metricsql";

/** Which points are read: every row, closed hours, or closed local days. */
export type Period = "" | "_1h" | "_1d";

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
export interface CacheCount {
  readonly of: Fields;
  readonly where?: Condition;
  /** Only points so close to the end of the time range, such as `30m`; default the whole range. */
  readonly within?: string;
}

/** One number a panel shows. */
export type Figure =
  | {
      readonly kind: "sum";
      readonly name: string;
      readonly add: readonly Fields[];
      readonly subtract?: readonly Fields[];
      /** Text that multiplies the sum in both languages, such as `* ${price} / 1000000000`. */
      readonly times?: string;
    }
  | {
      readonly kind: "ratio";
      readonly name: string;
      readonly part: readonly Fields[];
      readonly whole: readonly Fields[];
    }
  | { readonly kind: "last"; readonly name: string; readonly of: Fields }
  | { readonly kind: "total"; readonly name: string; readonly of: Fields }
  | { readonly kind: "greatest"; readonly name: string; readonly of: Fields }
  | { readonly kind: "seen"; readonly name: string; readonly of: Fields }
  | {
      readonly kind: "count";
      readonly name: string;
      readonly add: readonly CacheCount[];
      readonly subtract?: readonly CacheCount[];
    };

/**
 * How time is cut: one number for the range, one for each interval Grafana chooses, or one a local day. In long ranges
 * days become weeks and months: thousands of caches times a year of days is more than InfluxDB sums up in a second, and
 * more bars than anybody reads.
 */
export type Buckets = "range" | "day" | "interval";

/** What one panel asks. */
export interface Question {
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
 * Fields of a measurement, checked against the schema.
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

const toClients = (period: Period, ...sources: readonly string[]): Fields =>
  fields(`bytestoclients${period}`, ...sources.map((source) => `bytes.from${source}.toclients`));

/** What clients got without Apple. A closed day has it as one number, which is much quicker to ask for. */
const local = (period: Period): Fields =>
  period === "_1d" ? fields("served_1d", "local") : toClients(period, "cache", "peers", "parents");

/** What clients got from Apple. */
const apple = (period: Period): Fields =>
  period === "_1d" ? fields("served_1d", "origin") : toClients(period, "origin");

/** All that clients got. */
const everything = (period: Period): Fields =>
  period === "_1d" ? fields("served_1d", "local", "origin") : toClients(period, "cache", "origin", "peers", "parents");

/*
 * The definitions every board, report and status shares:
 *
 *   served      = cache + origin + peers + parents, to clients; warming is a client too and is in it
 *   from Apple  = origin, to clients: what crossed the WAN (a parent is on our side of it)
 *   saved       = cache + peers + parents, to clients, without what warming itself was given from the cache
 *                 (`bytes.asked` - `bytes.fromorigin` of its runs), and never below zero
 *   hit ratio   = (cache + peers + parents) / served
 *
 * Saved leaves warming out because nobody waited for it: bytes pulled at night count as saved when a device asks.
 */

/** Bytes clients were served. */
export const served = (period: Period, name = "Served"): Figure => ({
  kind: "sum",
  name,
  add: [everything(period)],
});

/** Bytes fetched from Apple for clients, over the WAN. */
export const fromOrigin = (period: Period, name = "From Apple"): Figure => ({
  kind: "sum",
  name,
  add: [apple(period)],
});

/** Bytes that did not have to cross the WAN again. Closed days have them as one number, warming taken off already. */
export const saved = (period: Period, name = "Saved", times?: string): Figure => ({
  kind: "sum",
  name,
  ...(period === "_1d"
    ? { add: [fields("served_1d", "saved")] }
    : {
        add: [local(period), fields(`precacherun${period}`, "bytes.fromorigin")],
        subtract: [fields(`precacherun${period}`, "bytes.asked")],
      }),
  ...(times === undefined ? {} : { times }),
});

/** What saved bytes would have cost: the board's variable `price` is for 1 GB of 1,000,000,000 bytes. */
export const savedMoney = (period: Period, name = "Money saved"): Figure =>
  saved(period, name, "* ${price} / 1000000000");

/** Share of served bytes that did not come from Apple. */
export const hitRatio = (period: Period, name = "Hit ratio"): Figure => ({
  kind: "ratio",
  name,
  part: [local(period)],
  whole: [everything(period)],
});

/** One field's sum under a name of its own. */
export const sumOf = (measurement: string, field: string, name: string): Figure => ({
  kind: "sum",
  name,
  add: [fields(measurement, field)],
});

/** A sum of one field less another, such as what is between two cumulative ages. */
export const between = (measurement: string, field: string, less: string, name: string): Figure => ({
  kind: "sum",
  name,
  add: [fields(measurement, field)],
  subtract: [fields(measurement, less)],
});

/** The last value of a gauge. */
export const lastOf = (measurement: string, field: string, name: string): Figure => ({
  kind: "last",
  name,
  of: fields(measurement, field),
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

/** Bytes of days by who had them: the caches of the house, or Apple. */
export const servedByDay = (): Figure[] => [
  { kind: "sum", name: "Caches", add: [local("_1d")] },
  { kind: "sum", name: "Apple", add: [apple("_1d")] },
];

/** Bytes by where they came from, the parts of what was served. */
export const servedBySource = (period: "" | "_1h"): Figure[] => [
  { kind: "sum", name: "Cache", add: [toClients(period, "cache")] },
  { kind: "sum", name: "Peers", add: [toClients(period, "peers")] },
  { kind: "sum", name: "Parents", add: [toClients(period, "parents")] },
  { kind: "sum", name: "Apple", add: [toClients(period, "origin")] },
];
