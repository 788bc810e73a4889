/**
 * What of a database can be taken: fields that are counters of ours, by whatever measurement they are in. Pure.
 *
 * A pipeline of an admin's own may group Apple's metrics as it likes; the name of a metric is the same everywhere, so the
 * field alone says where a number goes. Copies are the danger: a measurement with sums of another has the same fields,
 * and both together would count everything twice.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { groupBy } from "../../core/group-by.ts";
import { measurementSchema } from "../../core/schema.ts";
import { type Place, statsDataPlace, ZMETRIC_PLACES } from "../mapping/mapping.ts";

/** A field as the database lists it; one of several types is listed with each. */
export interface FieldKey {
  readonly measurement: string;
  readonly field: string;
  readonly type: string;
}

/** A field to be read, as one of its types. */
export interface SourceColumn {
  readonly field: string;
  readonly type: string;
  /** Its name in the answer. */
  readonly alias: string;
  readonly place: Place;
}

/** A measurement to be read. */
export interface SourceTable {
  readonly measurement: string;
  readonly columns: readonly SourceColumn[];
}

/** Fields that are not taken. */
export interface LeftOutFields {
  readonly measurement: string;
  readonly fields: readonly string[];
  readonly reason: string;
}

export interface SourceTables {
  readonly tables: readonly SourceTable[];
  readonly leftOut: readonly LeftOutFields[];
}

/** The seven measurements of counters. */
export const COUNTER_MEASUREMENTS: ReadonlySet<string> = new Set(
  [...ZMETRIC_PLACES.values()].map(({ measurement }) => measurement),
);

/** Types that can hold a count; a pipeline that did not coerce a value has stored it as a text. */
const TYPES: ReadonlySet<string> = new Set(["integer", "float", "unsigned", "string"]);

/** Where a field goes: Apple's dotted names, and columns of Metrics.db, in lower case too as JDBC gives them. */
export function placeOfField(field: string): Place | undefined {
  return statsDataPlace(field) ?? ZMETRIC_PLACES.get(field.toUpperCase());
}

/**
 * The tables to read.
 * @param only measurements to take; empty for all
 * @throws LarderError `IMPORT_COUNTERS` where two measurements have the same counter and neither bears our name.
 */
export function sourceTables(keys: readonly FieldKey[], only: readonly string[]): SourceTables {
  const tables: SourceTable[] = [];
  const leftOut: LeftOutFields[] = [];
  for (const [measurement, fields] of groupBy(keys, (key) => key.measurement)) {
    const why = whyNotAtAll(measurement, only);
    if (why !== undefined) {
      leftOut.push({ measurement, fields: namesOf(fields), reason: why });
      continue;
    }
    const columns = columnsOf(fields);
    const other = fields.filter(({ field }) => !columns.some((column) => column.field === field));
    if (other.length > 0) leftOut.push({ measurement, fields: namesOf(other), reason: "not a counter of a cache" });
    if (columns.length > 0) tables.push({ measurement, columns });
  }
  const copies = copiesAmong(tables);
  return {
    tables: tables.filter(({ measurement }) => !copies.has(measurement)),
    leftOut: [
      ...leftOut,
      ...tables
        .filter(({ measurement }) => copies.has(measurement))
        .map(({ measurement, columns }) => ({
          measurement,
          fields: namesOf(columns),
          reason: `the same counters as ${copies.get(measurement)}, which has our name`,
        })),
    ],
  };
}

function whyNotAtAll(measurement: string, only: readonly string[]): string | undefined {
  const schema = measurementSchema(measurement);
  if (schema !== undefined && schema.name !== measurement) return "sums that larder made of other lines";
  return only.length > 0 && !only.includes(measurement) ? "not asked for" : undefined;
}

function columnsOf(fields: readonly FieldKey[]): SourceColumn[] {
  const columns: SourceColumn[] = [];
  for (const [field, keys] of groupBy(fields, (key) => key.field)) {
    const place = placeOfField(field);
    if (place === undefined) continue;
    const types = keys.map(({ type }) => type).filter((type) => TYPES.has(type));
    // a cast to float reads whole numbers too; texts are read beside it
    const numbers = types.filter((type) => type !== "string");
    const asked = [...(numbers.length > 1 ? ["float"] : numbers), ...types.filter((type) => type === "string")];
    for (const type of asked) {
      columns.push({ field, type, alias: asked.length === 1 ? field : `${field}|${type}`, place });
    }
  }
  return columns;
}

/** Measurements that hold what another one holds, by name of that. */
function copiesAmong(tables: readonly SourceTable[]): ReadonlyMap<string, string> {
  const claims = new Map<string, Set<string>>();
  for (const { measurement, columns } of tables) {
    for (const { place } of columns) {
      const key = `${place.measurement} ${place.field}`;
      claims.set(key, (claims.get(key) ?? new Set()).add(measurement));
    }
  }
  const copies = new Map<string, string>();
  for (const [key, measurements] of claims) {
    if (measurements.size < 2) continue;
    const ours = key.slice(0, key.indexOf(" "));
    if (!measurements.has(ours)) throw twoOf(key, [...measurements]);
    for (const measurement of measurements) if (measurement !== ours) copies.set(measurement, ours);
  }
  return copies;
}

function twoOf(key: string, measurements: readonly string[]): LarderError {
  const field = key.slice(key.indexOf(" ") + 1);
  return new LarderError(
    `Cannot import "${field}": the measurements ${measurements.join(", ")} all have it, and one may be made of another`,
    {
      code: "IMPORT_COUNTERS",
      state: "nothing was changed",
      next: "name with --measurement the one that the pipeline writes, once for each",
    },
  );
}

function namesOf(fields: readonly { readonly field: string }[]): string[] {
  return [...new Set(fields.map(({ field }) => field))];
}
