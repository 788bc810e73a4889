/**
 * A place of their own for roll-ups: `sinks[].rollup`. Minutes can then be kept for weeks and days for years.
 *
 * @module
 */
import { z } from "zod";
import type { SinkOptions } from "./options.ts";

const text = z.string().min(1);

/** Keys of the place, all optional; which ones a sink takes depends on its type. */
export const rollupPlaceSchema = z.strictObject({
  database: text.optional().describe("influx1 and victoriametrics: the database of roll-ups, if it is another."),
  retentionPolicy: text.optional().describe("influx1: the retention policy of roll-ups."),
  bucket: text.optional().describe("influx2: the bucket of roll-ups."),
});

export type RollupPlace = z.infer<typeof rollupPlaceSchema>;

const TAKES: Readonly<Record<SinkOptions["type"], readonly (keyof RollupPlace)[]>> = {
  influx1: ["database", "retentionPolicy"],
  influx2: ["bucket"],
  victoriametrics: ["database"],
};

/** What is wrong with the place of a sink, by key. */
export function rollupPlaceProblems(
  type: SinkOptions["type"],
  place: RollupPlace,
): { key: keyof RollupPlace; message: string }[] {
  return (Object.keys(place) as (keyof RollupPlace)[])
    .filter((key) => place[key] !== undefined && !TAKES[type].includes(key))
    .map((key) => ({ key, message: `a sink of type ${type} has no ${key}` }));
}

/** The name under which the place of roll-ups is kept in the journal and in reports. */
export function rollupSinkName(name: string): string {
  return `${name}.rollup`;
}

/**
 * The sink roll-ups go to, where they have a place of their own; undefined where they go where all else goes.
 * A database of their own has its own default retention policy.
 */
export function rollupSinkOptions(options: SinkOptions): SinkOptions | undefined {
  const place = options.rollup;
  if (place === undefined || Object.values(place).every((value) => value === undefined)) return undefined;
  const { rollup: _rollup, ...rest } = options;
  const inherited = place.database === undefined ? rest : { ...rest, retentionPolicy: undefined };
  return { ...inherited, ...place, name: rollupSinkName(options.name) };
}
