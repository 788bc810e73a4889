/**
 * The states of alerts as the last look left them, whichever process that was.
 *
 * @module
 */
import { openReader, streamFolder } from "../core/journal/journal.ts";
import { ALERTS_CURSOR, parseStored, type Stored } from "./state/state.ts";

/** Undefined where nobody has looked yet. @throws LarderError `JOURNAL_READ` */
export async function storedStates(stateDir: string): Promise<Stored | undefined> {
  const last = await openReader(streamFolder(stateDir, "alerts"), "alerts").last();
  return parseStored(last?.cursors[ALERTS_CURSOR]);
}
