/**
 * How single series, columns and values look: units, colours by name, cells filled from a threshold on, words for values.
 *
 * @module
 */
import { SAVED } from "../../core/measures.ts";
import type { Threshold } from "../../core/thresholds.ts";
import {
  GIVEN_TO_WARMING,
  NOT_SET,
  type PanelQuestion,
  SOURCES,
  TAG_TITLES,
  type Transformation,
} from "../query/query.ts";
import { COLOURS, thresholdSteps } from "./colours.ts";
import type { FieldConfigSource, ValueMapping } from "./grafana-types.ts";

/** Units, by Grafana's names. Bytes are powers of 1,000, as Apple counts them and as WAN is paid. */
export const UNITS = {
  bytes: "decbytes",
  bytesPerSecond: "Bps",
  requestsPerSecond: "reqps",
  share: "percentunit",
  count: "short",
  seconds: "s",
  whenSeen: "dateTimeFromNow",
} as const;

export type Override = FieldConfigSource["overrides"][number];

/** 0 / 0 is not a ratio: a panel says so. */
export const NO_TRAFFIC: ValueMapping = {
  type: "special",
  options: { match: "nan", result: { text: "no traffic", color: COLOURS.none, index: 0 } },
};

/** Sums of differences may fall a little below zero at the edge of a range; nothing saved is less than nothing. */
export const NOT_NEGATIVE: ValueMapping = {
  type: "range",
  options: { from: Number.MIN_SAFE_INTEGER, to: 0, result: { text: "0", index: 0 } },
};

/** A flag: InfluxDB answers with true and false, VictoriaMetrics with 1 and 0. */
export const YES_NO: ValueMapping = {
  type: "value",
  options: {
    true: { text: "yes", color: COLOURS.fine, index: 0 },
    "1": { text: "yes", color: COLOURS.fine, index: 1 },
    false: { text: "no", color: COLOURS.trouble, index: 2 },
    "0": { text: "no", color: COLOURS.trouble, index: 3 },
  },
};

/** Columns of tags say so where an installation sets none. */
export function unsetTags({ by = [] }: PanelQuestion): Override[] {
  return by.flatMap((tag) => {
    const text = NOT_SET[tag];
    if (text === undefined) return [];
    const special = (match: "empty" | "null", index: number): ValueMapping => ({
      type: "special",
      options: { match, result: { text, index } },
    });
    return [column(TAG_TITLES[tag] ?? tag, { mappings: [special("empty", 0), special("null", 1)] })];
  });
}

/** The colour of one series or column by its name. */
export function coloured(name: string, colour: string): Override {
  return {
    matcher: { id: "byName", options: name },
    properties: [{ id: "color", value: { mode: "fixed", fixedColor: colour } }],
  };
}

/** Properties of one column. */
export function column(name: string, properties: Readonly<Record<string, unknown>>): Override {
  return {
    matcher: { id: "byName", options: name },
    properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
  };
}

/** A column whose cells are filled amber or red from the limits of a threshold on; what is fine has no colour to look past. */
export function judged(
  name: string,
  threshold: Threshold,
  { unit, ...more }: Readonly<Record<string, unknown>> & { readonly unit: string },
): Override {
  return column(name, {
    unit,
    "custom.cellOptions": { type: "color-background", mode: "basic" },
    thresholds: { mode: "absolute", steps: thresholdSteps(threshold, "transparent") },
    color: { mode: "thresholds" },
    ...more,
  });
}

/** The places bytes come from, in the same colours on every board. */
export const SOURCE_COLOURS: readonly Override[] = [
  ...SOURCES.map(([name, source]) => coloured(name, COLOURS[source])),
  coloured(SAVED.title, COLOURS.cache),
  coloured(GIVEN_TO_WARMING, COLOURS.peers),
];

/** Rows in the order of a column. */
export const sorted = (field: string, desc: boolean): Transformation => ({
  id: "sortBy",
  options: { fields: {}, sort: [{ field, desc }] },
});

/** The first rows only. */
export const limited = (rows: number): Transformation => ({ id: "limit", options: { limitField: rows } });
