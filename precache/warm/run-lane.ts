/**
 * All assets through one lane of caches: so many at a time through the first that lives, each reported once it is written down.
 *
 * @module
 */
import type { CacheTarget, PlannedAsset } from "../words/asset.ts";
import type { EngineContext, Work, WorkEnd } from "./attempt.ts";
import { DurableEnds } from "./durable-ends.ts";
import type { AssetEnd } from "./events.ts";
import type { Lane } from "./lanes.ts";
import { warmOne } from "./one-asset.ts";
import type { TargetHealth } from "./target-health.ts";
import { Todo } from "./todo.ts";

/** What a lane has to do. */
export interface LaneWork {
  readonly lane: Lane;
  /** The condition of a cache when it is first asked. */
  readonly open: (target: CacheTarget) => TargetHealth;
  readonly items: readonly PlannedAsset[];
  readonly concurrency: number;
}

/** All assets through one lane. @returns whether a cache of it lives. */
export async function runLane(context: EngineContext, { lane, open, items, concurrency }: LaneWork): Promise<boolean> {
  const todo = new Todo(items);
  let last: TargetHealth | undefined;
  for (const target of lane) {
    last = open(target);
    await runTarget(context, last, { todo, concurrency });
    if (last.dead === undefined) return true;
    context.emit({ type: "target-dead", atMs: context.clock.now(), target, ...last.dead });
  }
  for (let work = todo.next(); work !== undefined && last !== undefined; work = todo.next()) {
    const outcome = work.attempts > 0 ? "failed" : "skipped";
    const end: WorkEnd = { outcome, reason: "its cache is dead", code: last.dead?.code ?? "TARGET_DEAD" };
    const told = endOf(last.target, work, { ...end, atMs: context.clock.now() });
    await context.record(told)?.catch(() => undefined);
    context.emit(told);
  }
  return false;
}

interface TargetWork {
  readonly todo: Todo;
  readonly concurrency: number;
}

/** So many at a time through one cache, until nothing is left or it is dead; what it did not finish stays in `todo`. */
async function runTarget(
  context: EngineContext,
  health: TargetHealth,
  { todo, concurrency }: TargetWork,
): Promise<void> {
  const unfinished: Work[] = [];
  const ends = new DurableEnds((end) => context.emit(end));
  const worker = async (): Promise<void> => {
    while (health.dead === undefined) {
      const work = todo.next();
      if (work === undefined) break;
      const end = await warmOne(context, health, work);
      if (end === "target-died") unfinished.push(work);
      else {
        const told = endOf(health.target, work, { atMs: context.clock.now(), ...end });
        ends.tell(told, context.record(told));
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await ends.settled();
  todo.giveBack(unfinished);
}

function endOf(target: CacheTarget, work: Work, end: WorkEnd & { readonly atMs: number }): AssetEnd {
  const cost = work.cost(end.atMs);
  return {
    type: "asset-end",
    atMs: end.atMs,
    target,
    item: work.item,
    outcome: end.outcome,
    sizeBytes: end.sizeBytes ?? work.item.asset.sizeBytes,
    ...cost,
    sinceLastLine: work.book(cost),
    attempts: work.attempts,
    reason: end.reason,
    code: end.code,
  };
}
