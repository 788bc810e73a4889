/**
 * Where a report's numbers come from: the journal, one of Apple's databases itself, or the server a sink ships to.
 *
 * @module
 */
import { askSink, readDatabase } from "../../../collector/index.ts";
import { LarderError } from "../../../core/errors.ts";
import { type Ask, askJournal, askLines } from "../../../core/history/history.ts";
import type { Span } from "../../../core/journal/journal.ts";
import type { Unknown } from "../../../report/index.ts";
import type { LoadedSettings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { namedSink } from "../../named-sink.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";

/** Who answers, and how far it goes back where that is a matter of days. */
export interface ReportOrigin {
  readonly ask: Ask;
  /** Of a database: the time of its rows. */
  readonly span: Span | undefined;
  /** What it knows nothing of. */
  readonly unknown: readonly Unknown[];
}

export interface OriginFlags {
  readonly database?: string;
  readonly fromSink?: string;
}

/** @throws LarderError `USAGE`, `STATE_NOT_YOURS`; of a database `SOURCE_SCHEMA` and `DB_…`; of a sink `USAGE_SINK` */
export async function originOf(flags: OriginFlags, loaded: LoadedSettings): Promise<ReportOrigin> {
  const { settings } = loaded;
  if (flags.database !== undefined && flags.fromSink !== undefined) {
    throw new LarderError("Cannot report from a database and a sink at once", {
      code: "USAGE",
      next: "give --database or --from-sink",
    });
  }
  if (flags.fromSink !== undefined) {
    const destinations = namedSink(settings, flags.fromSink, "report from");
    const { ask, keepsTexts } = await askSink(destinations, { log: await openLog("warn"), nowMs: Date.now });
    return { ask, span: undefined, unknown: keepsTexts ? [] : ["troubles"] };
  }
  if (flags.database !== undefined) {
    const { tags, server } = settings;
    const log = await openLog("warn");
    const { pieces, span } = await readDatabase(flags.database, { tags, server, log, nowMs: Date.now });
    return { ask: askLines(pieces), span, unknown: ["kinds", "clients", "warming", "troubles"] };
  }
  checkWhoseJournal("report", loaded);
  return { ask: askJournal(settings.stateDir), span: undefined, unknown: [] };
}
