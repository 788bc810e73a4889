/**
 * What `larder status` knows: facts, as the journal has them.
 *
 * @module
 */

import type { CacheState, HistoryEvent, LastWarming, Pass, Savings } from "../../core/history/history.ts";
import type { StreamHealth } from "../../core/journal/journal.ts";

/** Savings of one local day. */
export interface DayFacts extends Savings {
  /** Beginning of the day, Unix milliseconds. */
  readonly startMs: number;
}

/** One place lines are shipped to. */
export interface SinkFacts {
  readonly name: string;
  readonly place: string;
  /** When its place in the journal last moved, Unix milliseconds; undefined when it never has. */
  readonly movedMs: number | undefined;
  readonly backlogBytes: number;
  /** Journal bytes that went by age or size before it took them. */
  readonly lostBytes: number;
  /** Size of its file of refused lines. */
  readonly rejectBytes: number;
  readonly rejectPath: string;
  /** Why it takes nothing, as of the last pass; `stopped` until somebody acts. */
  readonly problem:
    | { readonly stopped: boolean; readonly code: string; readonly message: string; readonly next: string | null }
    | undefined;
  /** Lines it did not store because they are older than it keeps. */
  readonly expiredLines: number;
}

/** The journal itself. */
export interface JournalFacts {
  readonly streams: readonly StreamHealth[];
  /** Room on its disk; undefined where nobody knows. */
  readonly freeBytes: number | undefined;
  /** The file of rows that could not become a line. */
  readonly setAside: { readonly path: string; readonly bytes: number };
}

/** The log of the cache, as read of late. */
export interface LogFacts {
  /** Unix milliseconds. */
  readonly readMs: number;
  /** What follows counts from here, a day back at most. */
  readonly sinceMs: number;
  readonly lines: number;
  /** Of these, lines of no known shape. */
  readonly unknown: number;
  /** Requests that do not name their client. */
  readonly unnamed: number;
}

/** What other caches have reported to this computer in a day. */
export interface ReceivedFacts {
  /** When the receiver wrote last, Unix milliseconds. */
  readonly lastMs: number;
  /** Reports that were taken. */
  readonly reports: number;
  /** Taken before. */
  readonly repeated: number;
  /** Kept apart, as their time cannot be right. */
  readonly setAside: number;
  readonly refused: number;
  /** Of those taken, reports of caches that the site file does not name. */
  readonly unassigned: number;
  /** The file of those that were set aside, ever. */
  readonly asidePath: string;
  readonly asideBytes: number;
}

/** What is known of the cache, from lines of the journal. */
export interface CacheFacts {
  readonly nowMs: number;
  readonly cache: CacheState | undefined;
  /** Time of the newest row of traffic in seven days. */
  readonly lastRowMs: number | undefined;
  readonly pass: Pass | undefined;
  /** Newest first, of the last seven days. */
  readonly events: readonly HistoryEvent[];
  /** The last warming run; undefined where none has left a line in seven days. */
  readonly warming: LastWarming | undefined;
}

/** How the way from the cache to the servers is. */
export interface PipeFacts {
  /** Whether the settings read the status of the cache at all. */
  readonly readsStatus: boolean;
  /** What other caches report to this computer, where they do: then it may have no collector of its own. */
  readonly received?: ReceivedFacts | undefined;
  readonly sinks: readonly SinkFacts[];
  readonly journal: JournalFacts;
  /** How well the log of the cache is understood; undefined where it is not read. */
  readonly log?: LogFacts | undefined;
}

export interface StatusFacts extends CacheFacts, PipeFacts {
  readonly server: string;
  readonly timeZone: string;
  /** The zone the days of roll-ups are counted in; undefined while there are none. */
  readonly rollupZone?: string | undefined;
  readonly today: Savings;
  readonly week: Savings;
  /** Seven local days, today the last. */
  readonly days: readonly DayFacts[];
}
