/**
 * The last whole mark of a stream, at the cost of the tail of one segment or two.
 *
 * @module
 */
import type { KnownCommit } from "./commit.ts";
import { committedEnd } from "./committed-end.ts";
import { withSegment } from "./open-segment.ts";
import { listSegments } from "./segment-names.ts";

/**
 * Finds it; undefined when there is none.
 * @param before only segments before this one
 */
export async function lastCommit(folder: string, before = Number.POSITIVE_INFINITY): Promise<KnownCommit | undefined> {
  for (const number of (await listSegments(folder)).reverse()) {
    if (number >= before) continue;
    const end = await withSegment({ folder, number }, undefined, async (content) => await committedEnd(content));
    if (end?.commit !== undefined) return end.commit;
  }
  return undefined;
}
