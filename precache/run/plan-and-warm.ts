/**
 * The work of a run: its plan, made in time, and what it has warmed of it.
 *
 * @module
 */
import { systemClock } from "../../core/time/clock.ts";
import { FirmwareFolder } from "../firmware/firmware.ts";
import { leftSentences, type Prepared, prepare } from "../plan/plan.ts";
import { DEFAULT_LEAST_RATE } from "../transfer/transfer.ts";
import { type AssetEnd, sleepUntil, type WarmSummary, warm } from "../warm/warm.ts";
import type { PlannedAsset } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";
import { unrecorded } from "./books.ts";
import { type RunContext, type RunReport, type RunVerdict, stoppedError } from "./run-context.ts";
import type { RunJournal } from "./run-journal.ts";
import { tellSkipped } from "./skipped.ts";

/**
 * Makes the plan and fetches what it asks for.
 * @param endMs when the hours of the run are over, Unix milliseconds; infinite where it has none
 * @throws LarderError `STOPPED`, and those of `prepare`
 */
export async function planAndWarm(context: RunContext, journal: RunJournal, endMs: number): Promise<RunReport> {
  const { log, stop, clock = systemClock } = context;
  const plannedSinceMs = clock.now();
  const prepared = await planUntil(endMs, context, journal);
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
async function planUntil(endMs: number, context: RunContext, journal: RunJournal): Promise<Prepared | undefined> {
  const { options, stateDir, log, stop, clock = systemClock, say = () => undefined, world } = context;
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
