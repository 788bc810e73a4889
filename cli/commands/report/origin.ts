/**
 * Where a report's numbers come from: the journal, or one of Apple's databases itself.
 *
 * @module
 */
import { readDatabase } from "../../../collector/index.ts";
import { type Ask, askJournal, askLines } from "../../../core/history/history.ts";
import type { Span } from "../../../core/journal/journal.ts";
import type { LoadedSettings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";

/** Who answers, and how far it goes back where that is a matter of days. */
export interface ReportOrigin {
  readonly ask: Ask;
  /** Of a database: the time of its rows. */
  readonly span: Span | undefined;
}

/** @throws LarderError `STATE_NOT_YOURS`; of a database `SOURCE_SCHEMA` and `DB_…` */
export async function originOf(flags: { readonly database?: string }, loaded: LoadedSettings): Promise<ReportOrigin> {
  const { settings } = loaded;
  if (flags.database !== undefined) {
    const { tags, server } = settings;
    const log = await openLog("warn");
    const { pieces, span } = await readDatabase(flags.database, { tags, server, log, nowMs: Date.now });
    return { ask: askLines(pieces), span };
  }
  checkWhoseJournal("report", loaded);
  return { ask: askJournal(settings.stateDir), span: undefined };
}
