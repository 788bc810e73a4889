/**
 * How the collector is, from what it writes of itself, and how new its rows are.
 *
 * @module
 */
import type { Question } from "../ask.ts";
import { numberOf } from "../read-point.ts";
import { type Lines, Readings } from "./readings.ts";

/** A pass of the collector. */
export interface Pass {
  readonly timeMs: number;
  readonly server: string;
  readonly up: boolean;
  readonly seconds: number | undefined;
}

/** The last pass of each server. */
export function lastPasses(lines: Omit<Lines, "measurement">): Question<Pass[]> {
  const seen = new Readings({ ...lines, measurement: "larder" }, "newest");
  return {
    lines: [seen],
    answer: () =>
      seen.all().map(({ timeMs, tags, fields }) => ({
        timeMs,
        server: tags["server"] ?? "",
        up: numberOf(fields.get("up")) === 1,
        seconds: numberOf(fields.get("seconds")),
      })),
  };
}

/** The time of the newest row of traffic; undefined where there is none in the span. */
export function newestRow(lines: Omit<Lines, "measurement">): Question<number | undefined> {
  const seen = new Readings({ ...lines, measurement: "bytestoclients" }, "newest");
  return {
    lines: [seen],
    answer: () =>
      seen.all().reduce<number | undefined>((newest, { timeMs }) => Math.max(newest ?? timeMs, timeMs), undefined),
  };
}
