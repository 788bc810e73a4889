/**
 * Which tags the points of a journal have, for the answer to somebody who asked for one that is not there.
 *
 * @module
 */
import { DERIVED_STREAMS, RAW_STREAMS } from "../../journal/journal.ts";
import { type ParsedLine, parseTags } from "../../line/line.ts";
import { readRollupMark } from "../rollup-mark.ts";
import { scanLines, type Wanted } from "../scan.ts";

/** Values kept of a tag. */
const MOST_VALUES = 200;

/** Every tag of the traffic in the journal with its values. Days that are closed are looked up in roll-ups. */
export async function knownTags(stateDir: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const seen = new Set<string>();
  const tags = new Map<string, Set<string>>();
  const take = ({ tagText }: ParsedLine): void => {
    if (seen.has(tagText)) return;
    seen.add(tagText);
    for (const [key, value] of Object.entries(parseTags(tagText))) {
      const values = tags.get(key) ?? new Set<string>();
      if (values.size < MOST_VALUES) values.add(value);
      tags.set(key, values);
    }
  };
  const lines = (measurement: string, from?: Wanted["from"]): Wanted => {
    return { measurement, fromMs: -8e15, toMs: 8e15, from, take };
  };
  const mark = await readRollupMark(stateDir);
  if (mark !== undefined) await scanLines(stateDir, { streams: DERIVED_STREAMS, wanted: [lines("bytestoclients_1d")] });
  await scanLines(stateDir, { streams: RAW_STREAMS, wanted: [lines("bytestoclients", mark?.positions)] });
  return tags;
}
