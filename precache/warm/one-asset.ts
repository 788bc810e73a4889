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
import { FetchError, type Fetcher } from "../transfer/transfer.ts";
import { Attempt, type EngineContext, keptText, type Work, type WorkEnd } from "./attempt.ts";
import { type FailureKind, FILE_PATIENCE, failureKind } from "./back-off.ts";
import type { Waiting } from "./events.ts";
import type { TargetHealth } from "./target-health.ts";

const ENDINGS = { deadline: "out of time", stopped: "the run was stopped" } as const;

/** One asset, the cache it is asked of, and what the run shares. */
interface Task {
  readonly context: EngineContext;
  readonly health: TargetHealth;
  readonly work: Work;
}

/** Works on one asset to its end, or to the end of its cache. Whatever goes wrong with one file ends that file only. */
export async function warmOne(
  context: EngineContext,
  health: TargetHealth,
  work: Work,
): Promise<WorkEnd | "target-died"> {
  try {
    return await tryUntilEnd({ context, health, work });
  } catch (error) {
    return { outcome: "failed", reason: errorText(error), code: errorCode(error) ?? "UNEXPECTED" };
  } finally {
    await work.copy?.discard();
  }
}

async function tryUntilEnd(task: Task): Promise<WorkEnd | "target-died"> {
  const { context, health, work } = task;
  const { check, clock } = context;
  for (;;) {
    if (!mayAsk(task)) {
      const ended = await untilAllowed(task);
      if (ended !== undefined) return ended;
    }
    if (work.startedMs === undefined) {
      work.startedMs = clock.now();
      const there = await lookFirst(task);
      if (there !== undefined) return there;
    }
    await work.copy?.begin();
    const attempt = new Attempt(context, health, work);
    try {
      const result = await context.fetcher.fetchAsset(attempt.request(), attempt);
      health.success(clock.now());
      const { target, cancel } = health;
      if (attempt.brought && check.mayLearn(target)) await check.learn(target, work.item.asset, cancel);
      return await attempt.end(result);
    } catch (error) {
      attempt.count();
      if (!(error instanceof FetchError)) throw error;
      const given = await afterFailure(task, error, attempt.startedMs);
      if (given !== undefined) return given;
    }
  }
}

function mayAsk({ context, health }: Task): boolean {
  return health.dead === undefined && health.holdUntilMs <= context.clock.now() && context.ending() === undefined;
}

/** Waits while the cache wants to be left alone. */
async function untilAllowed({ context, health }: Task): Promise<WorkEnd | "target-died" | undefined> {
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
async function lookFirst(task: Task): Promise<WorkEnd | undefined> {
  const { context, health, work } = task;
  const { asset } = work.item;
  const isKept = asset.firmware && context.firmware !== undefined;
  const there = isKept ? undefined : await inTheCache(task);
  if (there !== undefined) return there;
  if (work.expected === undefined) expectAnswered(work, await context.check.look(health.target, asset, health.cancel));
  return isKept ? await onDisk(task) : undefined;
}

/** The plan may have seen it there; else what the inventory or our own record claims, confirmed by the cache's answer. */
async function inTheCache({ context: { check }, health, work }: Task): Promise<WorkEnd | undefined> {
  const { target, cancel } = health;
  const { asset, heldBy, decision, why } = work.item;
  const known = heldBy?.get(target.name) ?? (decision === "cached" ? why : undefined);
  if (known !== undefined) return { outcome: "cached", reason: known, sizeBytes: asset.sizeBytes };
  if (heldBy !== undefined || !check.knows(target, asset) || !(await check.claims(target, asset))) return undefined;
  const looked = await check.look(target, asset, cancel);
  if (looked.verdict.held === true) {
    return { outcome: "cached", reason: looked.verdict.why, sizeBytes: asset.sizeBytes ?? looked.lengthBytes };
  }
  expectAnswered(work, looked);
  return undefined;
}

function expectAnswered(work: Work, { lengthBytes }: { readonly lengthBytes: number | undefined }): void {
  if (lengthBytes !== undefined) work.expected ??= { bytes: lengthBytes, by: "its answer to HEAD" };
}

/** Firmware that is kept on disk is there when its file is; that a cache holds it is not enough. */
async function onDisk({ context: { firmware }, health, work }: Task): Promise<WorkEnd | undefined> {
  work.copy = await firmware?.copyOf(work.item.asset);
  const kept = await work.copy?.present(work.expected?.bytes, health.cancel);
  return kept === undefined ? undefined : { outcome: "cached", reason: keptText(kept), sizeBytes: kept.sizeBytes };
}

/** Decides after a failed attempt. @returns the end, or undefined to try again. */
async function afterFailure(
  task: Task,
  error: FetchError,
  startedMs: number,
): Promise<WorkEnd | "target-died" | undefined> {
  const { context, health, work } = task;
  const nowMs = context.clock.now();
  const kind = await kindOf(task, error);
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
  const random = context.random();
  if (kind === "retry") {
    const waitMs = retryDelayMs(FILE_PATIENCE, { failures: work.failures, random, askedMs: error.retryAfterMs });
    emitWait(task, { item: work.item, reason: "retry", waitMs, message: error.message });
    await context.clock.sleep(waitMs, health.wake);
    return undefined;
  }
  const trouble = { error, startedMs, nowMs, random };
  const waitMs = kind === "busy" ? health.busy(trouble) : health.unreachable(trouble);
  if (waitMs !== undefined) emitWait(task, { item: undefined, reason: kind, waitMs, message: error.message });
  return undefined;
}

/** A cache that is silent about one file but answers its health probe is not to blame. */
async function kindOf({ context, health }: Task, error: FetchError): Promise<FailureKind> {
  const kind = failureKind(error);
  if (kind !== "unreachable" || error.code !== "FETCH_STALLED") return kind;
  return (await answersProbe(context.fetcher, health)) ? "retry" : kind;
}

/** The probe macOS itself sends: `GET /` with `Max-Forwards: 0`. Any answer will do. */
async function answersProbe(fetcher: Fetcher, health: TargetHealth): Promise<boolean> {
  const request = { url: `${new URL(health.target.url).origin}/`, headers: { "max-forwards": "0" } };
  return await fetcher.fetchAsset(request, { signal: health.cancel, onHead: () => "leave" }).then(
    () => true,
    (error: unknown) => error instanceof FetchError && error.status !== undefined,
  );
}

function emitWait({ context, health }: Task, wait: Pick<Waiting, "item" | "reason" | "waitMs" | "message">): void {
  context.emit({ type: "waiting", atMs: context.clock.now(), target: health.target, ...wait });
}
