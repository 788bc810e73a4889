/**
 * The books around a run: what earlier ones brought is read, what an older version left is taken over, what this one
 * writes is committed in the end.
 *
 * @module
 */

import { errorCode, errorText, LarderError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { countText } from "../../core/words/amounts.ts";
import { DeliveryBook, readJournal } from "../presence/presence.ts";
import type { WarmSummary } from "../warm/warm.ts";
import { adoptOldLedger } from "./adopt-old-ledger.ts";
import { type LineJournal, RunJournal } from "./run-journal.ts";

/** What the books need to be opened. */
export interface BooksContext {
  readonly stateDir: string;
  readonly log: Log;
  /** On every point: `server` and the admin's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** Opens the stream `precache` of the journal. Called once the lock is held. */
  readonly openJournal: () => Promise<LineJournal & { close(): Promise<unknown> }>;
}

/** Opens the journal and what it knows of earlier runs; commits what is in hand in the end. */
export async function withBooks<Result>(
  { stateDir, tags, log, openJournal }: BooksContext,
  nowMs: number,
  work: (journal: RunJournal) => Promise<Result>,
): Promise<Result> {
  const opened = await openJournal();
  try {
    const book = new DeliveryBook();
    await readJournal(book, stateDir, nowMs);
    const journal = new RunJournal(opened, tags, book);
    await adoptOldLedger(journal, { stateDir, nowMs, log });
    const result = await work(journal);
    await journal.flush().catch(() => undefined);
    return result;
  } finally {
    await opened.close();
  }
}

/** The state disk is full, or gone: what was fetched is in the cache all the same. */
export function unrecorded(cause: unknown, summary: WarmSummary | undefined): LarderError {
  const warmed = summary?.warmed ?? 0;
  return new LarderError(`Cannot go on warming: what was fetched cannot be written down: ${errorText(cause)}`, {
    code: errorCode(cause) ?? "JOURNAL_WRITE",
    state: `${countText(warmed, "file was", "files were")} warmed and ${warmed === 1 ? "is" : "are"} in the cache; the next run may ask for the last of them once more, and what they cost is missing in the report`,
    next: "make room on the disk of the state folder, and see who may write there",
    cause,
  });
}
