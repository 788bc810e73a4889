/**
 * A warming run from beginning to end: wait, lock, prescript, plan, warm, keep firmware, postscript.
 *
 * One stream of events has three readers: the ledger (inside the engine, which must know before it tells), the journal,
 * and whoever watches. The lock is taken after the wait, so that a sleeping run blocks nobody; it is freed by the kernel
 * when its owner dies, and what was brought whole until then is in the ledger.
 *
 * @module
 */
import { join } from "node:path";
import { LarderError } from "../core/errors.ts";
import { acquireLock } from "../core/lock.ts";
import type { Log } from "../core/log.ts";
import type { PlannedAsset } from "./asset.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { DiscoveryWorld } from "./discovery/discovery.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import type { PrecacheOptions } from "./options.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { nextTimeOfDay } from "./quantity.ts";
import { type LineJournal, RunJournal } from "./run-journal.ts";
import { runStages } from "./run-stages.ts";
import { runScript, summaryEnvironment } from "./scripts.ts";
import type { AssetEnd, WarmEvent, WarmSummary } from "./warm-events.ts";

export interface RunContext {
  readonly options: PrecacheOptions;
  readonly stateDir: string;
  readonly log: Log;
  /** On every point: `server` and the admin's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** Opens the stream `precache` of the journal. Called once the lock is held. */
  readonly openJournal: () => Promise<LineJournal & { close(): Promise<void> }>;
  /** Aborted: start nothing more, finish the files in hand. */
  readonly stop: AbortSignal;
  /** Aborted: leave everything now. */
  readonly abort: AbortSignal;
  readonly observe?: (event: WarmEvent) => void;
  /** Told the plan before the first byte. */
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
  readonly prepared: Prepared;
  /** Undefined when there was nothing to fetch. */
  readonly summary: WarmSummary | undefined;
  /** What failed, and why. */
  readonly failures: readonly AssetEnd[];
}

/** Folder of the lock and the ledger. */
export function runFolder(stateDir: string): string {
  return join(stateDir, "precache");
}

/**
 * Runs once.
 * @throws LarderError `LOCKED` when another run is on, `PRESCRIPT_FAILED`, `CONFIG_…`, and those of `prepare`.
 */
export async function runPrecache(context: RunContext): Promise<RunReport> {
  const { options, stop, abort, say = () => undefined } = context;
  await splay(context, say);
  const lock = await acquireLock(join(runFolder(context.stateDir), "lock"), "warming run");
  let report: RunReport | undefined;
  try {
    const before = await runScript(options.prescript, {}, options.scriptTimeout);
    if (before.outcome === "failed") throw prescriptFailed(options.prescript, before.exitCode, before.said);
    report = await withLedger(context.stateDir, (ledger) => planAndWarm(context, ledger, say));
    return report;
  } finally {
    const exitCode = report === undefined ? 1 : { ok: 0, failed: 1, partly: 3 }[report.verdict];
    if (!(stop.aborted && abort.aborted)) await runPostscript(context, report?.summary, exitCode);
    await lock.release();
  }
}

/** Waits a random part of the splay; a signal ends the wait, and with it the run. */
async function splay(
  { options, stop, random, log, clock = systemClock }: RunContext,
  say: (text: string) => void,
): Promise<void> {
  if (options.splay <= 0) return;
  const waitMs = Math.floor((random ?? Math.random)() * options.splay * 1000);
  say(`the run starts in ${Math.round(waitMs / 1000)} s`);
  log.info("waiting before the run", { waitMs });
  await clock.sleep(waitMs, stop);
  if (!stop.aborted) return;
  throw new LarderError('Cannot start "the run": it was stopped while it waited', {
    code: "STOPPED",
    state: "nothing was fetched",
  });
}

async function planAndWarm(context: RunContext, ledger: Ledger, say: (text: string) => void): Promise<RunReport> {
  const { options, stateDir, log, stop, clock = systemClock, world } = context;
  const prepared = await prepare({
    options,
    stateDir,
    log,
    signal: stop,
    nowMs: () => clock.now(),
    ledger,
    needsCache: true,
    say,
    ...(world === undefined ? {} : { world }),
  });
  context.planned?.(prepared);
  for (const trouble of prepared.troubles) log.info("planned without a part", { trouble });
  const items = itemsOf(prepared);
  const failures: AssetEnd[] = [];
  const summary = items.length === 0 ? undefined : await warmAll(context, prepared, items, ledger, failures);
  return { verdict: verdictOf(summary, prepared), prepared, summary, failures };
}

/** What is asked for. What is held is, too: the engine has the cache say so once more, and counts it. */
function itemsOf({ plan }: Prepared): PlannedAsset[] {
  const asked = plan.items.filter(({ decision }) => decision !== "left");
  return asked.map((item) => ({ ...item, decision: "warm" }));
}

/** One stream, its readers. A journal that cannot be written ends the run: what it did would be forgotten. */
async function warmAll(
  context: RunContext,
  prepared: Prepared,
  items: readonly PlannedAsset[],
  ledger: Ledger,
  failures: AssetEnd[],
): Promise<WarmSummary | undefined> {
  const { options, clock = systemClock } = context;
  const opened = await context.openJournal();
  const journal = new RunJournal(opened, context.tags);
  let summary: WarmSummary | undefined;
  try {
    const events = runStages({
      items,
      destination: options.firmware.destination,
      targets: prepared.targets,
      concurrency: options.concurrency,
      bytesPerSecond: options.bandwidth,
      deadlineMs: options.until === undefined ? undefined : nextTimeOfDay(options.until, clock.now()),
      clock,
      stop: context.stop,
      abort: context.abort,
      signs: options.held,
      ledger,
      inventories: prepared.inventories,
    });
    for await (const event of events) {
      if (event.type === "asset-end" && event.outcome === "failed") failures.push(event);
      if (event.type === "run-end") summary = event.summary;
      context.observe?.(event);
      await journal.take(event);
    }
    return summary;
  } finally {
    await journal.flush().finally(async () => await opened.close());
  }
}

function verdictOf(summary: WarmSummary | undefined, prepared: Prepared): RunVerdict {
  if (summary !== undefined) {
    const { failed, skipped, warmed, cached } = summary;
    if (failed + skipped > 0) return warmed + cached > 0 || summary.ended !== "dead" ? "partly" : "failed";
  }
  return prepared.troubles.length > 0 ? "partly" : "ok";
}

async function withLedger<Result>(stateDir: string, work: (ledger: Ledger) => Promise<Result>): Promise<Result> {
  const ledger = await openLedger(join(runFolder(stateDir), "ledger.jsonl"));
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** The code of the postscript is only told; what it does is done. */
async function runPostscript(
  { options, log }: RunContext,
  summary: WarmSummary | undefined,
  exitCode: number,
): Promise<void> {
  try {
    const after = await runScript(options.postscript, summaryEnvironment(summary, exitCode), options.scriptTimeout);
    if (after.outcome === "failed") {
      log.warn("the postscript failed", { script: options.postscript, exitCode: after.exitCode, said: after.said });
    }
  } catch (error) {
    log.warn("the postscript was not run", { script: options.postscript, why: String(error) });
  }
}

function prescriptFailed(path: string | undefined, exitCode: number | undefined, said: string): LarderError {
  return new LarderError(`Cannot run: the prescript "${path}" ended with ${exitCode ?? "no code"}: ${said}`, {
    code: "PRESCRIPT_FAILED",
    state: "nothing was fetched",
    next: `run "${path}" by hand and see`,
  });
}
