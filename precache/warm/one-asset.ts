/**
 * One asset through one cache: try, wait, try again, until every byte came or there is no point in going on.
 *
 * A broken transfer asks for the whole file again: the cache goes on from what it has and gives that first, from its own
 * disk. Whether a Range would make it fetch the rest only is not publicly documented.
 *
 * @module
 */
import { errorCode, errorText } from "../../core/errors.ts";
import { retryDelayMs } from "../../core/retry.ts";
import type { PlannedAsset } from "../asset.ts";
import { FetchError, type Fetcher } from "../fetch-asset.ts";
import type { WaitReason } from "../warm-events.ts";
import { Attempt, type EngineContext, keptText, type Work, type WorkEnd } from "./attempt.ts";
import { FILE_PATIENCE, failureKind } from "./back-off.ts";
import type { TargetHealth } from "./target-health.ts";

const ENDINGS = { deadline: "out of time", stopped: "the run was stopped" } as const;

/** Works on one asset to its end, or to the end of its cache. Whatever goes wrong with one file ends that file only. */
export async function warmOne(
  context: EngineContext,
  health: TargetHealth,
  work: Work,
): Promise<WorkEnd | "target-died"> {
  try {
    return await tryUntilEnd(context, health, work);
  } catch (error) {
    return { outcome: "failed", reason: errorText(error), code: errorCode(error) ?? "UNEXPECTED" };
  } finally {
    await work.copy?.discard();
  }
}

async function tryUntilEnd(context: EngineContext, health: TargetHealth, work: Work): Promise<WorkEnd | "target-died"> {
  const { check } = context;
  const { target } = health;
  for (;;) {
    if (!mayAsk(context, health)) {
      const ended = await untilAllowed(context, health);
      if (ended !== undefined) return ended;
    }
    if (work.startedMs === undefined) {
      work.startedMs = context.clock.now();
      const there = await lookFirst(context, health, work);
      if (there !== undefined) return there;
    }
    await work.copy?.begin();
    const attempt = new Attempt(context, health, work);
    try {
      const result = await context.fetcher.fetchAsset(attempt.request(), attempt);
      health.success(context.clock.now());
      if (attempt.brought && check.mayLearn(target)) await check.learn(target, work.item.asset, health.letGo);
      return await attempt.end(result);
    } catch (error) {
      attempt.count();
      if (!(error instanceof FetchError)) throw error;
      const given = await afterFailure(context, health, work, error, attempt.startedMs);
      if (given !== undefined) return given;
    }
  }
}

function mayAsk(context: EngineContext, health: TargetHealth): boolean {
  return health.dead === undefined && health.holdUntilMs <= context.clock.now() && context.ending() === undefined;
}

/** Waits while the cache wants to be left alone. */
async function untilAllowed(
  context: EngineContext,
  health: TargetHealth,
): Promise<WorkEnd | "target-died" | undefined> {
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

/** What is known before the first byte: that it is there already, or how long it is where no catalogue says. */
async function lookFirst(context: EngineContext, health: TargetHealth, work: Work): Promise<WorkEnd | undefined> {
  const { asset } = work.item;
  const isKept = asset.firmware && context.firmware !== undefined;
  const there = isKept ? undefined : await inTheCache(context, health, work);
  if (there !== undefined) return there;
  if (work.expected === undefined) expectAsTold(work, await context.check.look(health.target, asset, health.letGo));
  return isKept ? await onDisk(context, health, work) : undefined;
}

/** The plan may have seen it there; else what the inventory or our own record claims, confirmed by the cache's answer. */
async function inTheCache({ check }: EngineContext, health: TargetHealth, work: Work): Promise<WorkEnd | undefined> {
  const { target, letGo } = health;
  const { asset, heldBy, decision, why } = work.item;
  const known = heldBy?.get(target.name) ?? (decision === "cached" ? why : undefined);
  if (known !== undefined) return { outcome: "cached", reason: known, sizeBytes: asset.sizeBytes };
  if (heldBy !== undefined || !check.knows(target, asset) || !(await check.claims(target, asset))) return undefined;
  const looked = await check.look(target, asset, letGo);
  const { verdict, lengthBytes } = looked;
  if (verdict.held === true) {
    return { outcome: "cached", reason: verdict.why, sizeBytes: asset.sizeBytes ?? lengthBytes };
  }
  expectAsTold(work, looked);
  return undefined;
}

function expectAsTold(work: Work, { lengthBytes }: { readonly lengthBytes: number | undefined }): void {
  if (lengthBytes !== undefined) work.expected ??= { bytes: lengthBytes, by: "its answer to HEAD" };
}

/** Firmware that is kept on disk is there when its file is; that a cache holds it is not enough. */
async function onDisk({ firmware }: EngineContext, health: TargetHealth, work: Work): Promise<WorkEnd | undefined> {
  work.copy = await firmware?.copyOf(work.item.asset);
  const kept = await work.copy?.present(work.expected?.bytes, health.letGo);
  return kept === undefined ? undefined : { outcome: "cached", reason: keptText(kept), sizeBytes: kept.sizeBytes };
}

/** Decides after a failed attempt. @returns the end, or undefined to try again. */
async function afterFailure(
  context: EngineContext,
  health: TargetHealth,
  work: Work,
  error: FetchError,
  startedMs: number,
): Promise<WorkEnd | "target-died" | undefined> {
  const { clock, random } = context;
  const now = clock.now();
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
    const waitMs = retryDelayMs(FILE_PATIENCE, {
      failures: work.failures,
      random: random(),
      askedMs: error.retryAfterMs,
    });
    tellWait(context, health, work.item, "retry", waitMs, error);
    await clock.sleep(waitMs, health.wake);
    return undefined;
  }
  const waitMs =
    kind === "busy"
      ? health.busy(error, startedMs, now, random())
      : health.unreachable(error, startedMs, now, random());
  if (waitMs !== undefined) tellWait(context, health, undefined, kind, waitMs, error);
  return undefined;
}

/** A cache that is silent about one file but answers its health probe is not to blame. */
async function kindOf(context: EngineContext, health: TargetHealth, error: FetchError) {
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
  context: EngineContext,
  health: TargetHealth,
  item: PlannedAsset | undefined,
  reason: WaitReason,
  waitMs: number,
  error: FetchError,
): void {
  const { target } = health;
  context.emit({ type: "waiting", atMs: context.clock.now(), target, item, reason, waitMs, message: error.message });
}
