/**
 * The warming engine: takes planned assets through caches and yields what happens. It draws nothing and prints nothing.
 *
 * Promises: nothing counts as warmed unless every byte came; one file's failure never ends the run; a dead cache ends
 * its part of it, soon and with a reason; every planned asset ends in exactly one `asset-end` for each lane of caches.
 * Here is the order of things; one asset is `warm/one-asset.ts`, one cache's condition `warm/target-health.ts`, who
 * comes when `warm/lanes.ts`.
 *
 * @module
 */

import type { AssetInventory } from "../core/cache/cache.ts";
import { LarderError } from "../core/errors.ts";
import type { CacheTarget, PlannedAsset } from "./asset.ts";
import { HeldCheck, type HeldSigns } from "./cached.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createFetcher, type Fetcher } from "./fetch-asset.ts";
import type { Ledger } from "./ledger.ts";
import { createPace, readBytesFor } from "./pace.ts";
import type { RunContext, Work, WorkEnd } from "./warm/attempt.ts";
import { Ending } from "./warm/ending.ts";
import { EndsOnDisk } from "./warm/ends-on-disk.ts";
import { EventStream } from "./warm/event-stream.ts";
import { type Lane, lanesOf } from "./warm/lanes.ts";
import { warmOne } from "./warm/one-asset.ts";
import { Tally } from "./warm/tally.ts";
import { DEFAULT_LIMITS, type HealthLimits, TargetHealth } from "./warm/target-health.ts";
import { Todo } from "./warm/todo.ts";
import type { AssetEnd, WarmEvent } from "./warm-events.ts";

export interface WarmOptions {
  /** In the order they are to be fetched. Only those with the decision `warm` are. */
  readonly items: readonly PlannedAsset[];
  readonly targets: readonly CacheTarget[];
  /** Files at a time, for each cache. Default 4. */
  readonly concurrency?: number;
  /** Limit of all transfers together, bytes a second. */
  readonly bytesPerSecond?: number | undefined;
  /** Unix milliseconds after which nothing starts. */
  readonly deadlineMs?: number | undefined;
  /** What happens then to files in hand: brought to their end, or left. The cache keeps what it has of them. Default finish. */
  readonly afterDeadline?: "finish" | "leave";
  /** Aborted: nothing starts any more, files in hand are brought to their end. */
  readonly stop?: AbortSignal | undefined;
  /** Aborted: everything is left at once. */
  readonly abort?: AbortSignal | undefined;
  /** Tries of one file. Default 4. */
  readonly attempts?: number;
  readonly signs?: HeldSigns;
  readonly ledger?: Ledger | undefined;
  /** Inventories of caches on this computer, by name of the target. */
  readonly inventories?: ReadonlyMap<string, AssetInventory>;
  readonly ledgerMaxAgeMs?: number;
  /** Nothing for so long is a stall. Default 60,000 ms. */
  readonly stallMs?: number;
  readonly connectMs?: number;
  readonly limits?: Partial<HealthLimits>;
  readonly clock?: Clock;
  /** 0 to 1, for the spread of waits. */
  readonly random?: () => number;
}

/**
 * Runs the plan. It begins with the first read; stop reading the events and the run is abandoned.
 * @throws LarderError `WARM_NO_TARGET`, at the first read.
 */
export function warm(options: WarmOptions): AsyncIterableIterator<WarmEvent, void> {
  return new EventStream(async (tell, abandoned) => {
    if (options.targets.length === 0) throw noTarget();
    const clock = options.clock ?? systemClock;
    const ending = new Ending(options, clock, abandoned);
    const fetcher = openFetcher(options);
    try {
      await runPhases(options, clock, ending, fetcher, tell);
    } finally {
      ending.close();
      await fetcher.close();
    }
  });
}

function noTarget(): LarderError {
  return new LarderError('Cannot warm "the plan": there is no cache to warm', {
    code: "WARM_NO_TARGET",
    state: "nothing was asked for",
    next: "name one: precache.servers, or --cache-server http://host:port",
  });
}

function openFetcher(options: WarmOptions): Fetcher {
  const { bytesPerSecond, concurrency = 4, stallMs, connectMs } = options;
  return createFetcher({
    readBytes: readBytesFor(bytesPerSecond, concurrency * options.targets.length),
    pace: bytesPerSecond === undefined ? undefined : createPace(bytesPerSecond),
    ...(stallMs === undefined ? {} : { stallMs }),
    ...(connectMs === undefined ? {} : { connectMs }),
  });
}

async function runPhases(
  options: WarmOptions,
  clock: Clock,
  ending: Ending,
  fetcher: Fetcher,
  tell: (event: WarmEvent) => void,
): Promise<void> {
  const items = options.items.filter(({ decision }) => decision === "warm");
  const startedMs = clock.now();
  const tally = new Tally(options.targets);
  const emit = (event: WarmEvent): void => {
    if (event.type === "asset-end") tally.add(event);
    if (event.type === "target-dead") tally.dead(event.target, event.message);
    tell(event);
  };
  const plannedBytes = items.reduce((sum, { asset }) => sum + (asset.sizeBytes ?? 0), 0);
  emit({ type: "run-start", atMs: startedMs, targets: options.targets, planned: items.length, plannedBytes });
  const context = contextOf(options, clock, ending, fetcher, emit);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const open = (target: CacheTarget) => new TargetHealth(target, limits, ending.letGo.signal, ending.pause.signal);
  let alive = 0;
  for (const phase of lanesOf(options.targets)) {
    const lanes = phase.map((lane) => runLane(context, lane, open, items, options.concurrency ?? 4));
    alive += (await Promise.all(lanes)).filter((living) => living).length;
  }
  const now = clock.now();
  const early = tally.skipped > 0 ? context.ending() : undefined;
  const ended = alive === 0 ? "dead" : (early ?? "done");
  emit({ type: "run-end", atMs: now, summary: tally.summary(startedMs, now, ended) });
}

function contextOf(
  options: WarmOptions,
  clock: Clock,
  ending: Ending,
  fetcher: Fetcher,
  emit: (event: WarmEvent) => void,
): RunContext {
  const { signs, ledger, inventories, ledgerMaxAgeMs } = options;
  return {
    fetcher,
    check: new HeldCheck({
      fetcher,
      ledger,
      nowMs: () => clock.now(),
      ...(signs === undefined ? {} : { signs }),
      ...(inventories === undefined ? {} : { inventories }),
      ...(ledgerMaxAgeMs === undefined ? {} : { ledgerMaxAgeMs }),
    }),
    ledger,
    clock,
    random: options.random ?? Math.random,
    attempts: options.attempts ?? 4,
    deadlineMs: options.deadlineMs,
    emit,
    ending: () => ending.why(),
  };
}

/** All assets through one lane. @returns whether a cache of it lives. */
async function runLane(
  context: RunContext,
  lane: Lane,
  open: (target: CacheTarget) => TargetHealth,
  items: readonly PlannedAsset[],
  concurrency: number,
): Promise<boolean> {
  const todo = new Todo(items);
  let last: TargetHealth | undefined;
  for (const target of lane) {
    last = open(target);
    await runTarget(context, last, todo, concurrency);
    if (last.dead === undefined) return true;
    context.emit({ type: "target-dead", atMs: context.clock.now(), target, ...last.dead });
  }
  for (let work = todo.next(); work !== undefined && last !== undefined; work = todo.next()) {
    const outcome = work.attempts > 0 ? "failed" : "skipped";
    const end: WorkEnd = { outcome, reason: "its cache is dead", code: last.dead?.code ?? "TARGET_DEAD" };
    context.emit(endOf(context, last.target, work, end));
  }
  return false;
}

/** So many at a time through one cache, until nothing is left or it is dead; what it did not finish stays in `todo`. */
async function runTarget(context: RunContext, health: TargetHealth, todo: Todo, concurrency: number): Promise<void> {
  const unfinished: Work[] = [];
  const ends = new EndsOnDisk((end) => context.emit(end));
  const worker = async (): Promise<void> => {
    while (health.dead === undefined) {
      const work = todo.next();
      if (work === undefined) break;
      const end = await warmOne(context, health, work);
      if (end === "target-died") unfinished.push(work);
      else ends.tell(endOf(context, health.target, work, end), end.recorded);
    }
    await context.ledger?.flush();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await ends.settled();
  todo.giveBack(unfinished);
}

function endOf(context: RunContext, target: CacheTarget, work: Work, end: WorkEnd): AssetEnd {
  const now = end.atMs ?? context.clock.now();
  return {
    type: "asset-end",
    atMs: now,
    target,
    item: work.item,
    outcome: end.outcome,
    sizeBytes: end.sizeBytes ?? work.item.asset.sizeBytes,
    bytesAsked: work.bytesAsked,
    bytesFromOrigin: work.bytesFromOrigin,
    seconds: (now - (work.startedMs ?? now)) / 1000,
    attempts: work.attempts,
    reason: end.reason,
    code: end.code,
  };
}
