/**
 * What `larder history` says when there is nothing to show: what was asked for, and what there is.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import { knownTags } from "../../../core/history/history.ts";
import { nearest } from "../../../core/nearest.ts";

const MOST_NAMED = 8;

/** Why there are no rows, and what to do. */
export async function nothingText(ask: {
  readonly stateDir: string;
  readonly tags: Readonly<Record<string, string>>;
}): Promise<string> {
  const known = await knownTags(ask.stateDir);
  if (known.size === 0) return "The journal has no traffic yet. Collect some: larder collect --once";
  for (const [tag, value] of Object.entries(ask.tags)) {
    const values = known.get(tag);
    if (values === undefined) return noTag(tag, [...known.keys()]);
    if (!values.has(value)) return `No point has ${tag}=${value}. There are: ${some([...values])}`;
  }
  return "Nothing is recorded for that time. What there is: larder history --by month --from 3650d";
}

/**
 * Refuses to group by a tag that no point has.
 * @throws LarderError `USAGE_TAG`.
 */
export async function checkGroupTags(
  { stateDir, groupBy }: { readonly stateDir: string; readonly groupBy: readonly string[] },
  rows: readonly { readonly group: Readonly<Record<string, string>> }[],
): Promise<void> {
  const empty = groupBy.filter((tag) => rows.every(({ group }) => (group[tag] ?? "") === ""));
  if (empty.length === 0) return;
  const known = await knownTags(stateDir);
  const missing = empty.find((tag) => !known.has(tag));
  if (missing === undefined) return;
  throw new LarderError(`Cannot group by "${missing}": no point has such a tag`, {
    code: "USAGE_TAG",
    next: noTag(missing, [...known.keys()]),
  });
}

function noTag(tag: string, known: readonly string[]): string {
  const hint = nearest(tag, known);
  return hint === undefined ? `There is no tag "${tag}". There are: ${some(known)}` : `did you mean ${hint}?`;
}

function some(names: readonly string[]): string {
  const sorted = [...names].sort();
  const rest = sorted.length - MOST_NAMED;
  return sorted.slice(0, MOST_NAMED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
