/**
 * What happened, from the lines of `events`.
 *
 * @module
 */
import type { Question } from "../ask.ts";
import { textOf } from "../read-point.ts";
import { type Lines, Readings } from "./readings.ts";

export interface HistoryEvent {
  readonly timeMs: number;
  readonly server: string;
  /** The kind, as in its tag: `wiped`, `run-end`. */
  readonly event: string;
  readonly title: string;
  readonly text: string;
}

/** Every event, newest first. */
export function events(lines: Omit<Lines, "measurement">): Question<HistoryEvent[]> {
  const seen = new Readings({ ...lines, measurement: "events" }, "all");
  return {
    lines: [seen],
    answer: () =>
      seen
        .all()
        .map(({ timeMs, tags, fields }) => ({
          timeMs,
          server: tags["server"] ?? "",
          event: tags["event"] ?? "",
          title: textOf(fields.get("title")) ?? "",
          text: textOf(fields.get("text")) ?? "",
        }))
        .sort((a, b) => b.timeMs - a.timeMs),
  };
}
