/**
 * Names of series by tag, also where an installation sets no such tag: Grafana takes an empty name for none and shows the
 * column's. So a name is asked for with the tag before it, which a transformation takes away again.
 *
 * @module
 */

import type { PanelQuestion, Transformation } from "./question.ts";
import { NOT_SET } from "./titles.ts";

/** What a series by tags is called. @param written how the language writes the value of a tag */
export function seriesName(question: PanelQuestion, figure: string, written: (tag: string) => string): string {
  const tags = (question.by ?? []).map((tag) =>
    tag === prefixed(question) ? `${tag}: ${written(tag)}` : written(tag),
  );
  return question.figures.length > 1 ? `${tags.join(" ")} ${figure}` : tags.join(" ");
}

/** What takes the tag off the names again. */
export function seriesSteps(question: PanelQuestion): Transformation[] {
  const tag = prefixed(question);
  if (tag === undefined) return [];
  const renamed = (regex: string, renamePattern: string): Transformation => ({
    id: "renameByRegex",
    options: { regex, renamePattern },
  });
  return [renamed(`/^${tag}: *$/`, NOT_SET[tag] ?? ""), renamed(`/^${tag}: (.+)$/`, "$1")];
}

/** The tag that is written before its value: one that may not be set, of series that are named by nothing else. */
function prefixed({ by = [], figures, buckets }: PanelQuestion): string | undefined {
  const [tag, ...more] = by;
  const alone = tag !== undefined && more.length === 0 && figures.length === 1 && buckets !== "range";
  return alone && NOT_SET[tag] !== undefined ? tag : undefined;
}
