/**
 * What `larder status` knows: facts, as the journal has them.
 *
 * @module
 */

import type { Savings } from "../../core/history/savings.ts";
import type { StreamHealth } from "../../core/journal/health.ts";

/** The newest reading of the cache's status. Undefined where it did not say. */
export interface CacheFacts {
  readonly timeMs: number;
  readonly activated: boolean | undefined;
  readonly active: boolean | undefined;
  /** 1 done, 0 pending, -1 failed. */
  readonly registered: number | undefined;
  readonly registrationError: string | undefined;
  readonly startup: string | undefined;
  readonly usedBytes: number | undefined;
  readonly freeBytes: number | undefined;
  /** Undefined when unlimited. */
  readonly limitBytes: number | undefined;
  /** 0 to 1. */
  readonly pressure: number | undefined;
  readonly lowSpace: boolean | undefined;
  readonly diskExceeded: boolean | undefined;
  readonly alerts: number | undefined;
  /** Bytes held by Apple's category, the largest first. */
  readonly content: readonly { readonly kind: string; readonly bytes: number }[];
  readonly neighbours: readonly { readonly address: string; readonly role: string; readonly healthy: boolean }[];
}

/** Savings of one local day. */
export interface DayFacts extends Savings {
  /** Beginning of the day, Unix milliseconds. */
  readonly startMs: number;
}

/** The collector's last pass. */
export interface PassFacts {
  readonly timeMs: number;
  readonly up: boolean;
  readonly seconds: number | undefined;
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

export interface EventFacts {
  readonly timeMs: number;
  readonly event: string;
  readonly title: string;
  readonly text: string;
}

/** The journal itself. */
export interface JournalFacts {
  readonly streams: readonly StreamHealth[];
  /** Room on its disk; undefined where nobody knows. */
  readonly freeBytes: number | undefined;
  /** The file of rows that could not become a line. */
  readonly setAside: { readonly path: string; readonly bytes: number };
}

export interface StatusFacts {
  readonly nowMs: number;
  readonly server: string;
  readonly timeZone: string;
  /** The zone the days of roll-ups are counted in; undefined while there are none. */
  readonly rollupZone?: string | undefined;
  /** Whether the settings read the status of the cache at all. */
  readonly readsStatus: boolean;
  readonly cache: CacheFacts | undefined;
  readonly today: Savings;
  readonly week: Savings;
  /** Seven local days, today the last. */
  readonly days: readonly DayFacts[];
  /** Time of the newest row of traffic in seven days. */
  readonly lastRowMs: number | undefined;
  readonly pass: PassFacts | undefined;
  readonly sinks: readonly SinkFacts[];
  readonly journal: JournalFacts;
  /** Newest first, of the last seven days. */
  readonly events: readonly EventFacts[];
}
