/**
 * A moment of the journal that several looks at it share: an answer as of a cut holds what was committed before it, whatever
 * is written meanwhile, and following from its places gives exactly the rest.
 *
 * What roll-ups have read and what they have written belong together: a bucket that is open in the one and closed in the
 * other would count twice.
 *
 * @module
 */
import { DERIVED_STREAMS } from "../journal/journal.ts";
import { type Places, placesNow } from "./follow.ts";
import { type RollupMark, readRollupMark } from "./rollup-mark.ts";

export interface Cut {
  /** Where each stream ends; one that is not among them has no end. */
  readonly places: Places;
  /** What roll-ups had done; undefined where they cannot answer. */
  readonly mark: RollupMark | undefined;
}

/** Roll-ups commit once a minute: they are still at the second look. */
const MOST_LOOKS = 5;

/** The journal as it is now, every stream of it. */
export async function cutNow(stateDir: string): Promise<Cut> {
  const { places, mark } = await rollupCut(stateDir);
  // taken after the mark, so that no raw stream ends before what roll-ups have read
  return { mark, places: { ...(await placesNow(stateDir)), ...places } };
}

/** The roll-ups as they are now; raw streams have no end. */
export async function rollupCut(stateDir: string): Promise<Cut> {
  let before = await placesNow(stateDir, DERIVED_STREAMS);
  for (let look = 0; look < MOST_LOOKS; look++) {
    const mark = await readRollupMark(stateDir);
    const places = await placesNow(stateDir, DERIVED_STREAMS);
    if (JSON.stringify(places) === JSON.stringify(before)) return { places, mark };
    before = places;
  }
  // somebody writes without a pause: raw lines have it all
  return { places: before, mark: undefined };
}
