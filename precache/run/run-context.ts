/**
 * What a warming run is given, and what it reports.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { DiscoveryWorld } from "../discovery/discovery.ts";
import type { PrecacheOptions } from "../options.ts";
import type { Prepared } from "../plan/plan.ts";
import type { AssetEnd, WarmEvent, WarmSummary } from "../warm/warm.ts";
import type { LineJournal } from "./run-journal.ts";

export interface RunContext {
  readonly options: PrecacheOptions;
  readonly stateDir: string;
  readonly log: Log;
  /** On every point: `server` and the admin's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** Opens the stream `precache` of the journal. Called once the lock is held. */
  readonly openJournal: () => Promise<LineJournal & { close(): Promise<unknown> }>;
  /** Aborted: start nothing more, finish the files in hand. */
  readonly stop: AbortSignal;
  /** Aborted: leave everything now. */
  readonly abort: AbortSignal;
  /** What the process ends with for each verdict: the postscript hears it too. */
  readonly exitCodes: Readonly<Record<RunVerdict, number>>;
  readonly observe?: (event: WarmEvent) => void;
  /** Called with the plan before the first byte. */
  readonly planned?: (prepared: Prepared) => void;
  readonly say?: (text: string) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly world?: DiscoveryWorld;
}

/** How a run ended; `cli/exit.ts` has a number for each. */
export type RunVerdict = "ok" | "partly" | "failed";

export interface RunReport {
  readonly verdict: RunVerdict;
  /** Undefined when the run was too late to plan. */
  readonly prepared: Prepared | undefined;
  /** Undefined when it did nothing at all. */
  readonly summary: WarmSummary | undefined;
  /** What failed, and why. */
  readonly failures: readonly AssetEnd[];
  /** Why it did nothing at all: `too late: …`, `outside its hours, …`. */
  readonly skipped: string | undefined;
  /** What ended it before its time: nothing could be written down any more. */
  readonly trouble: LarderError | undefined;
}

/** A run that a signal ended before it fetched anything. @param when `while it planned` */
export function stoppedError(when: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot start "the run": it was stopped ${when}`, {
    code: "STOPPED",
    state: "nothing was fetched",
    cause,
  });
}
