/**
 * A warming run from beginning to end: its hours, wait, lock, prescript, plan, warm, postscript.
 *
 * The hours are worked out first of all. The lock is taken after the wait, so that a sleeping run blocks nobody; it is
 * freed by the kernel when its owner dies, and what came until then is in the journal.
 *
 * @module
 */

import { join } from "node:path";
import { errorCode, errorText, LarderError } from "../../core/errors.ts";
import { acquireLock } from "../../core/lock.ts";
import type { Log } from "../../core/log.ts";
import { type Clock, systemClock } from "../../core/time/clock.ts";
import { ageText } from "../../core/words/amounts.ts";
import type { DiscoveryWorld } from "../discovery/discovery.ts";
import { FirmwareFolder } from "../firmware/firmware.ts";
import type { PrecacheOptions } from "../options.ts";
import { leftSentences, type Prepared, prepare } from "../plan/plan.ts";
import { DEFAULT_LEAST_RATE } from "../transfer/transfer.ts";
import type { AssetEnd, WarmEvent, WarmSummary } from "../warm/warm.ts";
import { sleepUntil, warm } from "../warm/warm.ts";
import type { PlannedAsset } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";
import { parseWindow, type WindowAtStart, windowAt } from "../words/window.ts";
import { unrecorded, withBooks } from "./books.ts";
import type { LineJournal, RunJournal } from "./run-journal.ts";
import { askPrescript, type RunOutcome, tellPostscript } from "./script-calls.ts";

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

/** Folder of the lock. */
export function runFolder(stateDir: string): string {
  return join(stateDir, "precache");
}

/**
 * Runs once.
 * @throws LarderError `LOCKED` when another run is on, `PRESCRIPT_FAILED`, `STOPPED`, `CONFIG_…`, and those of `prepare`.
 */
export async function runPrecache(context: RunContext): Promise<RunReport> {
  const { options, stop, abort, clock = systemClock, say = () => undefined } = context;
  const hours = parseWindow(options.until ?? "");
  const window: WindowAtStart = hours === undefined ? ALWAYS : windowAt(hours, clock.now());
  const endMs = window.open ? window.endMs : 0;
  if (window.open) await splay(context, endMs, say);
  const lock = await acquireLock(join(runFolder(context.stateDir), "lock"), "warming run");
  const sinceMs = clock.now();
  let report: RunReport | undefined;
  try {
    if (!window.open) report = await skip(context, window.why);
    else {
      await askPrescript(options);
      report = await withBooks(context, clock.now(), (journal) => planAndWarm(context, journal, endMs, say));
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
  { options, stop, random, log, clock = systemClock }: RunContext,
  endMs: number,
  say: (text: string) => void,
): Promise<void> {
  if (options.splay <= 0) return;
  const longestMs = Math.min(options.splay * 1000, endMs - clock.now());
  const waitMs = Math.floor((random ?? Math.random)() * longestMs);
  say(`the run starts in ${ageText(waitMs)}`);
  log.info("waiting before the run", { waitMs });
  await clock.sleep(waitMs, stop);
  if (stop.aborted) throw stoppedError("while it waited");
}

function stoppedError(when: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot start "the run": it was stopped ${when}`, {
    code: "STOPPED",
    state: "nothing was fetched",
    cause,
  });
}

/** A run outside its hours: it does nothing but say so, on the screen and in the journal. */
async function skip(context: RunContext, why: string): Promise<RunReport> {
  const { clock = systemClock } = context;
  return await withBooks(context, clock.now(), (journal) => tellSkipped(context, journal, { reason: why }));
}

/** A run that failed before it fetched anything: in its log and in the journal, where alerts look. */
async function tellFailed(context: RunContext, error: unknown): Promise<void> {
  const { log, stop, world, clock = systemClock } = context;
  log.info("warming run", { verdict: "failed", code: errorCode(error), why: errorText(error) });
  // a person who looks on has seen it, and need not be notified
  if (stop.aborted || world?.attended === true) return;
  const event = { type: "run-skipped", atMs: clock.now(), reason: errorText(error) } as const;
  await withBooks(context, event.atMs, async (journal) => await journal.record(event)).catch((unwritten: unknown) =>
    log.warn("the failed run is not in the journal", { why: errorText(unwritten) }),
  );
}

async function tellSkipped(
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

async function planAndWarm(
  context: RunContext,
  journal: RunJournal,
  endMs: number,
  say: (text: string) => void,
): Promise<RunReport> {
  const { log, stop, clock = systemClock } = context;
  const plannedSinceMs = clock.now();
  const prepared = await planUntil(endMs, context, journal, say);
  if (stop.aborted) throw stoppedError("while it planned");
  if (prepared === undefined)
    return await tellSkipped(context, journal, { reason: "too late: its time was over before the plan was made" });
  context.planned?.(prepared);
  for (const trouble of prepared.troubles) log.info("planned without a part", { trouble });
  const items = itemsOf(prepared);
  const left = leftSentences(prepared.plan);
  // with nothing wanted it is a run like any other: that it came is in the journal
  if (items.length === 0 && left.length > 0)
    return await tellSkipped(context, journal, { reason: left.join("; "), prepared });
  const { summary, failures } = await warmAll(context, journal, { prepared, items, endMs, plannedSinceMs });
  const trouble = journal.trouble === undefined ? undefined : unrecorded(journal.trouble.error, summary);
  const verdict = trouble === undefined ? verdictOf(summary, prepared) : "failed";
  return { verdict, prepared, summary, failures, skipped: undefined, trouble };
}

/** The plan; undefined when its hours ended before it was made. */
async function planUntil(
  endMs: number,
  context: RunContext,
  journal: RunJournal,
  say: (text: string) => void,
): Promise<Prepared | undefined> {
  const { options, stateDir, log, stop, clock = systemClock, world } = context;
  const end = new AbortController();
  const planned = new AbortController();
  if (Number.isFinite(endMs)) {
    void sleepUntil(clock, endMs, planned.signal).then(() => {
      if (!planned.signal.aborted) end.abort();
    });
  }
  try {
    const prepared = await prepare({
      options,
      stateDir,
      log,
      signal: AbortSignal.any([stop, end.signal]),
      nowMs: () => clock.now(),
      deliveries: journal,
      needsCache: true,
      say,
      ...(world === undefined ? {} : { world }),
    });
    return clock.now() < endMs ? prepared : undefined;
  } catch (error) {
    if (stop.aborted) throw stoppedError("while it planned", error);
    if (end.signal.aborted) return undefined;
    throw error;
  } finally {
    planned.abort();
  }
}

/** What is asked for, and what is there already, each with the caches that hold it. */
function itemsOf({ plan, heldBy }: Prepared): PlannedAsset[] {
  const asked = plan.items.filter(({ decision }) => decision !== "left");
  return asked.map((item) => ({ ...item, heldBy: heldBy.get(assetKey(item.asset.url)) ?? new Map() }));
}

/** What a run has to do. */
interface RunPlan {
  readonly prepared: Prepared;
  readonly items: readonly PlannedAsset[];
  readonly endMs: number;
  readonly plannedSinceMs: number;
}

/** What it did. */
type RunResult = Pick<RunReport, "summary" | "failures">;

async function warmAll(
  context: RunContext,
  journal: RunJournal,
  { prepared, items, endMs, plannedSinceMs }: RunPlan,
): Promise<RunResult> {
  const failures: AssetEnd[] = [];
  const { options, clock = systemClock } = context;
  const { destination } = options.firmware;
  let summary: WarmSummary | undefined;
  const events = warm({
    items,
    targets: prepared.targets,
    concurrency: options.concurrency,
    bytesPerSecond: options.bandwidth,
    leastRate: { bytesPerSecond: options.leastRate, overMs: DEFAULT_LEAST_RATE.overMs },
    deadlineMs: Number.isFinite(endMs) ? endMs : undefined,
    clock,
    stop: context.stop,
    abort: context.abort,
    signs: options.held,
    hosts: options.hosts,
    deliveries: journal,
    record: (event) => journal.record(event),
    firmwareFolder: destination === undefined ? undefined : new FirmwareFolder(destination),
    inventories: prepared.inventories,
    plannedSinceMs,
  });
  for await (const event of events) {
    if (event.type === "asset-end" && event.outcome === "failed") failures.push(event);
    if (event.type === "run-end") summary = event.summary;
    context.observe?.(event);
  }
  return { summary, failures };
}

function verdictOf(summary: WarmSummary | undefined, prepared: Prepared): RunVerdict {
  if (summary !== undefined) {
    const { failed, skipped, warmed, cached } = summary;
    if (failed + skipped > 0) return warmed + cached > 0 || summary.ended !== "dead" ? "partly" : "failed";
  }
  return prepared.troubles.length > 0 ? "partly" : "ok";
}
