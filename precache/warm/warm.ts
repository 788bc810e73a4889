/**
 * The warming engine: takes planned assets through caches and yields what happens. It draws nothing and prints nothing.
 *
 * Promises: nothing counts as warmed unless every byte came; one file's failure never ends the run; a dead cache ends
 * its part of it, soon and with a reason; every planned asset ends in exactly one `asset-end` for each lane of caches.
 * Here is the order of things; one lane of caches is `warm/run-lane.ts`, one asset `warm/one-asset.ts`, one cache's
 * condition `warm/target-health.ts`, who comes when `warm/lanes.ts`.
 *
 * @module
 */

import type { AssetInventory } from "../../core/cache/cache.ts";
import { LarderError } from "../../core/errors.ts";
import { type Clock, systemClock } from "../../core/time/clock.ts";
import type { FirmwareFolder } from "../firmware/firmware.ts";
import type { Deliveries } from "../presence/presence.ts";
import { type HeldSigns, Presence } from "../presence/presence.ts";
import {
  createFetcher,
  createPace,
  DEFAULT_LEAST_RATE,
  type Fetcher,
  type LeastRate,
  leastRateFor,
  readBytesFor,
} from "../transfer/transfer.ts";
import type { Asset, CacheTarget, PlannedAsset } from "../words/asset.ts";
import type { EngineContext } from "./attempt.ts";
import { EventStream } from "./event-stream.ts";
import type { RunStart, WarmEvent } from "./events.ts";
import { type Lane, lanesOf } from "./lanes.ts";
import { runLane } from "./run-lane.ts";
import { RunTotals } from "./run-totals.ts";
import { StopConditions } from "./stop-conditions.ts";
import { DEFAULT_LIMITS, type HealthLimits, TargetHealth } from "./target-health.ts";

export type {
  AssetCost,
  AssetEnd,
  AssetOutcome,
  AssetPart,
  RunEnd,
  RunStart,
  WarmEvent,
  WarmSummary,
  WarmSums,
} from "./events.ts";
export { sleepUntil } from "./stop-conditions.ts";

export interface WarmOptions {
  /** In the order they are to be fetched. Only those with the decision `warm` are. */
  readonly items: readonly PlannedAsset[];
  readonly targets: readonly CacheTarget[];
  /** Files at a time, for each cache. Default 4. */
  readonly concurrency?: number;
  /** Limit of all transfers together, bytes a second. */
  readonly bytesPerSecond?: number | undefined;
  /** Unix milliseconds at which everything ends. What is in hand then is left; the cache keeps what it has of it. */
  readonly deadlineMs?: number | undefined;
  /** Aborted: nothing starts any more, files in hand are brought to their end. */
  readonly stop?: AbortSignal | undefined;
  /** Aborted: everything is left at once. */
  readonly abort?: AbortSignal | undefined;
  /** Tries of one file. Default 4. */
  readonly attempts?: number;
  readonly signs?: HeldSigns;
  /** What earlier runs brought whole. */
  readonly deliveries?: Deliveries | undefined;
  /** Writes an event down, for those that are. An end is reported once it is on disk; when nothing can be written, the run ends. */
  readonly record?: ((event: WarmEvent) => Promise<void> | undefined) | undefined;
  /** Folder to keep firmware in; without it, it is only warmed. */
  readonly firmwareFolder?: FirmwareFolder | undefined;
  /** Hosts a file may be redirected to, beside Apple's and its own. */
  readonly hosts?: readonly string[];
  /** When planning began, Unix milliseconds. */
  readonly plannedSinceMs?: number | undefined;
  /** Inventories of caches on this computer, by name of the target. */
  readonly inventories?: ReadonlyMap<string, AssetInventory>;
  readonly maxAgeMs?: number;
  /** A transfer that brings less is ended. */
  readonly leastRate?: LeastRate | undefined;
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
    const ending = new StopConditions(options, clock, abandoned);
    const fetcher = openFetcher(options);
    try {
      await runPhases({ options, clock, ending, fetcher, tell });
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
  const { bytesPerSecond, concurrency = 4, stallMs, connectMs, targets, leastRate = DEFAULT_LEAST_RATE } = options;
  const transfers = concurrency * targets.length;
  return createFetcher({
    readBytes: readBytesFor(bytesPerSecond, transfers),
    pace: bytesPerSecond === undefined ? undefined : createPace(bytesPerSecond),
    leastRate: leastRateFor(leastRate, bytesPerSecond, transfers),
    ...(stallMs === undefined ? {} : { stallMs }),
    ...(connectMs === undefined ? {} : { connectMs }),
  });
}

/** What the parts of one run share. */
interface RunParts {
  readonly options: WarmOptions;
  readonly clock: Clock;
  readonly ending: StopConditions;
  readonly fetcher: Fetcher;
  readonly tell: (event: WarmEvent) => void;
}

async function runPhases(parts: RunParts): Promise<void> {
  const { options, clock, ending } = parts;
  const items = options.items.filter(({ decision }) => decision !== "left");
  const startedMs = clock.now();
  const tally = new RunTotals(options.targets);
  const emit = (event: WarmEvent): void => {
    if (event.type === "asset-end") tally.add(event);
    if (event.type === "target-dead") tally.dead(event.target, event.message);
    parts.tell(event);
  };
  const record = (event: WarmEvent): Promise<void> | undefined => {
    const written = options.record?.(event);
    // what cannot be written down must not go on costing
    written?.catch(() => ending.abandon());
    return written;
  };
  const phases = lanesOf(options.targets);
  const start = runStart(options, items, phases, startedMs);
  emit(start);
  await record(start)?.catch(() => undefined);
  const context = contextOf(parts, emit, record);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const signals = { cancel: ending.cancel.signal, pause: ending.pause.signal };
  const open = (target: CacheTarget) => new TargetHealth(target, limits, signals);
  const keeper = phases[0]?.[0];
  let alive = 0;
  for (const phase of phases) {
    const lanes = phase.map((lane) => {
      const own = items.filter(({ asset }) => lane === keeper || !isKept(options, asset));
      return runLane(context, { lane, open, items: own, concurrency: options.concurrency ?? 4 });
    });
    alive += (await Promise.all(lanes)).filter((living) => living).length;
  }
  const now = clock.now();
  const early = tally.skipped > 0 ? context.ending() : undefined;
  const ended = alive === 0 ? "dead" : (early ?? "done");
  const end = { type: "run-end", atMs: now, summary: tally.summary(startedMs, now, ended) } as const;
  await record(end)?.catch(() => undefined);
  emit(end);
}

/** Firmware that is kept on disk is asked of one cache only. */
function isKept({ firmwareFolder }: WarmOptions, { firmware }: Asset): boolean {
  return firmware && firmwareFolder !== undefined;
}

function runStart(
  options: WarmOptions,
  items: readonly PlannedAsset[],
  phases: readonly (readonly Lane[])[],
  atMs: number,
): RunStart {
  const lanes = phases.flat().length;
  const bytesOf = (some: readonly PlannedAsset[]) => some.reduce((sum, { asset }) => sum + (asset.sizeBytes ?? 0), 0);
  const kept = items.filter(({ asset }) => isKept(options, asset));
  const [plannedBytes, keptBytes] = [bytesOf(items), bytesOf(kept)];
  const { plannedSinceMs } = options;
  return {
    type: "run-start",
    atMs,
    targets: options.targets,
    planned: items.length,
    plannedBytes,
    asks: (items.length - kept.length) * lanes + kept.length,
    asksBytes: (plannedBytes - keptBytes) * lanes + keptBytes,
    plannedSeconds: plannedSinceMs === undefined ? undefined : (atMs - plannedSinceMs) / 1000,
  };
}

function contextOf(
  { options, clock, ending, fetcher }: RunParts,
  emit: (event: WarmEvent) => void,
  record: EngineContext["record"],
): EngineContext {
  const { signs, deliveries, inventories, maxAgeMs, hosts = [] } = options;
  return {
    fetcher,
    check: new Presence({
      fetcher,
      deliveries,
      hosts,
      nowMs: () => clock.now(),
      ...(signs === undefined ? {} : { signs }),
      ...(inventories === undefined ? {} : { inventories }),
      ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
    }),
    firmware: options.firmwareFolder,
    hosts,
    clock,
    random: options.random ?? Math.random,
    attempts: options.attempts ?? 4,
    deadlineMs: options.deadlineMs,
    record,
    emit,
    ending: () => ending.why(),
  };
}
