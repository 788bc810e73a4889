/**
 * A warming run from beginning to end: its hours, wait, lock, prescript, plan, warm, postscript.
 *
 * The hours are worked out first of all. The lock is taken after the wait, so that a sleeping run blocks nobody; it is
 * freed by the kernel when its owner dies, and what came until then is in the journal.
 *
 * @module
 */
import { join } from "node:path";
import { acquireLock } from "../../core/lock.ts";
import { systemClock } from "../../core/time/clock.ts";
import { ageText } from "../../core/words/amounts.ts";
import { parseWindow, type WindowAtStart, windowAt } from "../words/window.ts";
import { withBooks } from "./books.ts";
import { planAndWarm } from "./plan-and-warm.ts";
import { type RunContext, type RunReport, stoppedError } from "./run-context.ts";
import { askPrescript, type RunOutcome, tellPostscript } from "./script-calls.ts";
import { tellFailed, tellSkipped } from "./skipped.ts";

export type { RunContext, RunReport } from "./run-context.ts";

/** Folder of the lock. */
export function runFolder(stateDir: string): string {
  return join(stateDir, "precache");
}

/**
 * Runs once.
 * @throws LarderError `LOCKED` when another run is on, `PRESCRIPT_FAILED`, `STOPPED`, `CONFIG_…`, and those of `prepare`.
 */
export async function runPrecache(context: RunContext): Promise<RunReport> {
  const { options, stop, abort, clock = systemClock } = context;
  const hours = parseWindow(options.until ?? "");
  const window: WindowAtStart = hours === undefined ? ALWAYS : windowAt(hours, clock.now());
  const endMs = window.open ? window.endMs : 0;
  if (window.open) await splay(context, endMs);
  const lock = await acquireLock(join(runFolder(context.stateDir), "lock"), "warming run");
  const sinceMs = clock.now();
  let report: RunReport | undefined;
  try {
    if (!window.open) report = await skip(context, window.why);
    else {
      await askPrescript(options);
      report = await withBooks(context, clock.now(), (journal) => planAndWarm(context, journal, endMs));
    }
    context.log.info("warming run", summaryOf(report, clock.now() - sinceMs));
    return report;
  } catch (error) {
    await tellFailed(context, error);
    throw error;
  } finally {
    if (!(stop.aborted && abort.aborted)) await tellPostscript(options, context.log, outcomeOf(report, context));
    await lock.release();
  }
}

/** A run in one line of the log. */
function summaryOf({ verdict, summary, skipped }: RunReport, ms: number): Record<string, unknown> {
  const seconds = Math.round(ms / 1000);
  if (summary === undefined) return { verdict, seconds, skipped };
  const { ended, planned, warmed, cached, failed, skipped: left, bytesAsked, bytesFromOrigin } = summary;
  return { verdict, seconds, ended, planned, warmed, cached, failed, skipped: left, bytesAsked, bytesFromOrigin };
}

function outcomeOf(report: RunReport | undefined, { exitCodes }: RunContext): RunOutcome {
  const exitCode = exitCodes[report?.verdict ?? "failed"];
  return { summary: report?.summary, exitCode, skipped: report?.skipped !== undefined };
}

/** A run without hours of its own. */
const ALWAYS = { open: true, endMs: Number.POSITIVE_INFINITY } as const;

/** Waits a random part of the splay, never past the end; a signal ends the wait, and with it the run. */
async function splay(
  { options, stop, random, log, say, clock = systemClock }: RunContext,
  endMs: number,
): Promise<void> {
  if (options.splay <= 0) return;
  const longestMs = Math.min(options.splay * 1000, endMs - clock.now());
  const waitMs = Math.floor((random ?? Math.random)() * longestMs);
  say?.(`the run starts in ${ageText(waitMs)}`);
  log.info("waiting before the run", { waitMs });
  await clock.sleep(waitMs, stop);
  if (stop.aborted) throw stoppedError("while it waited");
}

/** A run outside its hours: it does nothing but say so, on the screen and in the journal. */
async function skip(context: RunContext, why: string): Promise<RunReport> {
  const { clock = systemClock } = context;
  return await withBooks(context, clock.now(), (journal) => tellSkipped(context, journal, { reason: why }));
}
