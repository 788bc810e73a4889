/**
 * Runs that fetch nothing, and say why: on the screen, in the log and in the journal, where alerts look.
 *
 * @module
 */
import { errorCode, errorText } from "../../core/errors.ts";
import { systemClock } from "../../core/time/clock.ts";
import type { Prepared } from "../plan/plan.ts";
import { withBooks } from "./books.ts";
import type { RunContext, RunReport } from "./run-context.ts";
import type { RunJournal } from "./run-journal.ts";

/** A run whose time, plan or limits leave it nothing to do. */
export async function tellSkipped(
  { clock = systemClock, log, observe }: RunContext,
  journal: RunJournal,
  { reason, prepared }: { readonly reason: string; readonly prepared?: Prepared },
): Promise<RunReport> {
  log.info("nothing is warmed", { why: reason });
  const event = { type: "run-skipped", atMs: clock.now(), reason } as const;
  observe?.(event);
  await journal.record(event);
  return {
    verdict: "partly",
    prepared,
    summary: undefined,
    failures: [],
    skipped: reason,
    trouble: undefined,
  };
}

/** A run that failed before it fetched anything. */
export async function tellFailed(context: RunContext, error: unknown): Promise<void> {
  const { log, stop, world, clock = systemClock } = context;
  log.info("warming run", { verdict: "failed", code: errorCode(error), why: errorText(error) });
  // a person who looks on has seen it, and need not be notified
  if (stop.aborted || world?.attended === true) return;
  const event = { type: "run-skipped", atMs: clock.now(), reason: errorText(error) } as const;
  await withBooks(context, event.atMs, async (journal) => await journal.record(event)).catch((unwritten: unknown) =>
    log.warn("the failed run is not in the journal", { why: errorText(unwritten) }),
  );
}
