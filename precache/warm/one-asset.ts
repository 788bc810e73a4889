/**
 * One asset through one cache: try, wait, try again, until every byte came or there is no point in going on.
 *
 * A broken transfer asks for the whole file again: the cache goes on from what it has and gives that first, from its own
 * disk. Whether a Range would make it fetch the rest only is not publicly documented.
 *
 * @module
 */
import type { CacheTarget, PlannedAsset } from "../asset.ts";
import { cacheUrl } from "../cache-url.ts";
import type { HeldCheck, HeldVerdict } from "../cached.ts";
import type { Clock } from "../clock.ts";
import { FetchError, type Fetcher } from "../fetch-asset.ts";
import type { Ledger } from "../ledger.ts";
import type { AssetOutcome, WaitReason, WarmEvent } from "../warm-events.ts";
import { failureKind, retryDelayMs } from "./back-off.ts";
import type { TargetHealth } from "./target-health.ts";

/** What all assets of a run share. */
export interface RunContext {
  readonly fetcher: Fetcher;
  readonly check: HeldCheck;
  readonly ledger: Ledger | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** Tries of one file. */
  readonly attempts: number;
  readonly deadlineMs: number | undefined;
  readonly emit: (event: WarmEvent) => void;
  /** Why nothing may start any more; undefined while it may. */
  readonly ending: () => "deadline" | "stopped" | undefined;
}

/** One asset and what has become of it so far; it goes with the asset from a dead peer to the next. */
export class Work {
  readonly item: PlannedAsset;
  attempts = 0;
  failures = 0;
  firstFailureMs = Number.POSITIVE_INFINITY;
  startedMs: number | undefined;
  bytesAsked = 0;
  /** Furthest place of the file that any attempt reached. */
  furthest = 0;
  /** What the cache held when first asked. */
  heldAtFirst: number | undefined;

  constructor(item: PlannedAsset) {
    this.item = item;
  }

  /** What came that the cache did not hold at first; all of it where it tells nothing. */
  get bytesFromOrigin(): number {
    return Math.max(0, this.furthest - (this.heldAtFirst ?? 0));
  }
}

export interface WorkEnd {
  readonly outcome: AssetOutcome;
  readonly sizeBytes?: number | undefined;
  readonly reason?: string;
  readonly code?: string;
  /** When the last byte came; now, if not said. */
  readonly atMs?: number;
  /** Its entry in the ledger is on the way to the disk. The end is told after that; the next transfer need not wait. */
  readonly recorded?: Promise<void> | undefined;
}

/** Files up to this size are read to their end even when the cache has them: that is cheaper than hanging up. */
const SMALL_BYTES = 1024 * 1024;
const PROGRESS_MS = 250;
const ENDINGS = { deadline: "out of time", stopped: "the run was stopped" } as const;

/** Works on one asset to its end, or to the end of its cache. */
export async function warmOne(context: RunContext, health: TargetHealth, work: Work): Promise<WorkEnd | "target-died"> {
  for (;;) {
    if (!mayAsk(context, health)) {
      const ended = await untilAllowed(context, health);
      if (ended !== undefined) return ended;
    }
    if (work.startedMs === undefined) {
      work.startedMs = context.clock.now();
      const known = context.check.knows(health.target, work.item.asset);
      const told = known ? await alreadyThere(context, health, work.item) : undefined;
      if (told !== undefined) return told;
    }
    const startedMs = context.clock.now();
    try {
      return await attempt(context, health, work);
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      const given = await afterFailure(context, health, work, error, startedMs);
      if (given !== undefined) return given;
    }
  }
}

function mayAsk(context: RunContext, health: TargetHealth): boolean {
  return health.dead === undefined && health.holdUntilMs <= context.clock.now() && context.ending() === undefined;
}

/** Waits while the cache wants to be left alone. */
async function untilAllowed(context: RunContext, health: TargetHealth): Promise<WorkEnd | "target-died" | undefined> {
  for (;;) {
    if (health.dead !== undefined) return "target-died";
    const ending = context.ending();
    if (ending !== undefined) return { outcome: "skipped", reason: ENDINGS[ending] };
    const now = context.clock.now();
    const waitMs = health.holdUntilMs - now;
    if (waitMs <= 0) return undefined;
    if (now + waitMs >= (context.deadlineMs ?? Number.POSITIVE_INFINITY)) {
      return { outcome: "skipped", reason: `${ENDINGS.deadline}: the cache asked to wait past the end` };
    }
    await context.clock.sleep(waitMs, health.wake);
  }
}

/** What the inventory or the ledger claims, confirmed by the cache's own answer where that is believed. */
async function alreadyThere(
  context: RunContext,
  health: TargetHealth,
  item: PlannedAsset,
): Promise<WorkEnd | undefined> {
  const { check } = context;
  const claim = await check.recall(health.target, item.asset);
  if (claim.held !== true) return undefined;
  const verdict = await check.check(health.target, item.asset, health.letGo);
  if (verdict.held !== true) return undefined;
  return { outcome: "cached", reason: verdict.why, sizeBytes: item.asset.sizeBytes };
}

async function attempt(context: RunContext, health: TargetHealth, work: Work): Promise<WorkEnd> {
  const { clock, emit, check } = context;
  const { target } = health;
  const { item } = work;
  const { asset } = item;
  work.attempts++;
  emit({ type: "asset-start", atMs: clock.now(), target, item, attempt: work.attempts });
  let verdict: HeldVerdict | undefined;
  let totalBytes = asset.sizeBytes;
  let heldBytes: number | undefined;
  let bytes = 0;
  let toldMs = clock.now();
  const result = await context.fetcher.fetchAsset(
    {
      url: cacheUrl(target.url, asset.url),
      expectedBytes: asset.sizeBytes,
      redirect: (location) => throughCache(target, location),
    },
    {
      signal: health.letGo,
      onHead: (head, cached) => {
        totalBytes = head.lengthBytes ?? totalBytes;
        heldBytes = cached?.endByte;
        // What a later answer says the cache holds may be there because of us: then it is read whole, and warmed.
        if (work.heldAtFirst === undefined) verdict = check.byAnswer(asset, head, cached);
        work.heldAtFirst ??= heldBytes ?? 0;
        return verdict?.held === true && (totalBytes ?? 0) > SMALL_BYTES ? "leave" : "read";
      },
      onBytes: (length) => {
        bytes += length;
        const now = clock.now();
        if (now - toldMs < PROGRESS_MS) return;
        toldMs = now;
        emit({ type: "progress", atMs: now, target, item, bytes, totalBytes, heldBytes });
      },
    },
  );
  work.bytesAsked += result.bytes;
  health.success(clock.now());
  if (verdict?.held === true) return { outcome: "cached", reason: verdict.why, sizeBytes: result.lengthBytes };
  work.furthest = Math.max(work.furthest, result.bytes);
  if (check.mayLearn(target)) await check.learn(target, asset, health.letGo);
  const atMs = clock.now();
  const recorded = context.ledger?.record({ target: target.name, url: asset.url, sizeBytes: result.bytes, atMs });
  return { outcome: "warmed", sizeBytes: result.bytes, recorded, atMs };
}

/** Decides after a failed attempt. @returns the end, or undefined to try again. */
async function afterFailure(
  context: RunContext,
  health: TargetHealth,
  work: Work,
  error: FetchError,
  startedMs: number,
): Promise<WorkEnd | "target-died" | undefined> {
  const { clock, random } = context;
  const now = clock.now();
  work.bytesAsked += error.bytes;
  work.furthest = Math.max(work.furthest, error.bytes);
  const kind = await kindOf(context, health, error);
  if (kind === "stopped") {
    if (health.dead !== undefined) return "target-died";
    return { outcome: "skipped", reason: ENDINGS[context.ending() ?? "stopped"], code: error.code };
  }
  const failed: WorkEnd = { outcome: "failed", reason: error.message, code: error.code };
  if (error.status !== undefined && kind !== "busy") health.answered();
  if (kind === "final") return failed;
  work.failures++;
  work.firstFailureMs = Math.min(work.firstFailureMs, startedMs);
  const own = kind === "retry" || health.lastSuccessMs > work.firstFailureMs;
  if (own && work.failures >= context.attempts) {
    health.gaveUp(error);
    return failed;
  }
  if (kind === "retry") {
    const waitMs = retryDelayMs(work.failures, random());
    tellWait(context, health, work.item, "retry", waitMs, error);
    await clock.sleep(waitMs, health.wake);
    return undefined;
  }
  const waitMs =
    kind === "busy" ? health.busy(error, startedMs, now, random()) : health.unreachable(error, startedMs, now);
  if (waitMs !== undefined) tellWait(context, health, undefined, kind, waitMs, error);
  return undefined;
}

/** A cache that is silent about one file but answers its health probe is not to blame. */
async function kindOf(context: RunContext, health: TargetHealth, error: FetchError) {
  const kind = failureKind(error);
  if (kind !== "unreachable" || error.code !== "FETCH_STALLED") return kind;
  return (await answersProbe(context.fetcher, health)) ? "retry" : kind;
}

/** The probe macOS itself sends: `GET /` with `Max-Forwards: 0`. Any answer will do. */
async function answersProbe(fetcher: Fetcher, health: TargetHealth): Promise<boolean> {
  const request = { url: `${new URL(health.target.url).origin}/`, headers: { "max-forwards": "0" } };
  return await fetcher.fetchAsset(request, { signal: health.letGo, onHead: () => "leave" }).then(
    () => true,
    (error: unknown) => error instanceof FetchError && error.status !== undefined,
  );
}

function tellWait(
  context: RunContext,
  health: TargetHealth,
  item: PlannedAsset | undefined,
  reason: WaitReason,
  waitMs: number,
  error: FetchError,
): void {
  const { target } = health;
  context.emit({ type: "waiting", atMs: context.clock.now(), target, item, reason, waitMs, message: error.message });
}

/** A redirection to Apple goes through the cache, one to the cache itself stays. */
function throughCache(target: CacheTarget, location: string): string {
  return new URL(location).host === new URL(target.url).host ? location : cacheUrl(target.url, location);
}
