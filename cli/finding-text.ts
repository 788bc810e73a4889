/**
 * Findings as every command shows them: a mark and what is wrong, then the next step behind an arrow.
 *
 * @module
 */
import type { Finding, FindingLevel } from "../core/finding.ts";
import { flow } from "../core/words/columns.ts";
import { type Colour, colour } from "./output.ts";
import { withSameSettings } from "./same-settings.ts";

/** The colour of a level, and of nothing to find. */
export const LEVEL_COLOURS: Readonly<Record<FindingLevel | "ok", Colour>> = { ok: "green", warn: "yellow", bad: "red" };

/** The lines of a finding, none wider than `width` columns where its words can be parted. */
export function findingText({ level, said, next, where }: Finding, width: number): string[] {
  const mark = level === "bad" ? "x" : "!";
  const text = where === undefined ? said : `${where}: ${said}`;
  const [first = "", ...others] = flow(text.split(" "), " ", width - 2);
  const steps = flow(withSameSettings(next).split(" "), " ", width - 5);
  return [
    `${colour(mark, LEVEL_COLOURS[level])} ${first}`,
    ...others.map((line) => `  ${line}`),
    ...steps.map((line, i) => (i === 0 ? `  ${colour("→", "dim")} ${line}` : `    ${line}`)),
  ];
}

/** A finding for scripts: `where` is null where there is nothing to say. */
export function findingAnswer({
  id,
  level,
  said,
  next,
  where = null,
}: Omit<Finding, "where" | "words"> & { readonly where?: string | null }) {
  return { id, level, said, next: withSameSettings(next), where };
}
