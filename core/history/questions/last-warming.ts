/**
 * How the last warming run of a server went.
 *
 * @module
 */
import type { Question } from "../ask.ts";
import { numberOf } from "../read-point.ts";
import { type Lines, Readings } from "./readings.ts";

/** Sums of the last run that was finished, over its targets; 0 where none was. */
export interface LastWarming {
  readonly warmed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  /** When a run last wrote of a file, finished or not; undefined when none did. */
  readonly lastLineMs: number | undefined;
}

/** The last run of one server; undefined where there is no line of any. */
export function lastWarming(lines: Omit<Lines, "measurement" | "streams">): Question<LastWarming | undefined> {
  const newest = (measurement: string): Readings =>
    new Readings({ ...lines, measurement, streams: ["precache"] }, "newest");
  const [runs, assets] = [newest("precacherun"), newest("precacheasset")];
  return {
    lines: [runs, assets],
    answer: () => {
      // a run has one line for each target, all of one moment
      const targets = runs.all();
      const lastLineMs = assets.all()[0]?.timeMs;
      if (targets.length === 0 && lastLineMs === undefined) return undefined;
      const sum = (name: string): number =>
        targets.reduce((total, { fields }) => total + (numberOf(fields.get(name)) ?? 0), 0);
      return {
        warmed: sum("warmed"),
        cached: sum("cached"),
        failed: sum("failed"),
        skipped: sum("skipped"),
        lastLineMs,
      };
    },
  };
}
