/**
 * The sums of a run, kept while its events pass by.
 *
 * @module
 */
import type { CacheTarget } from "../words/asset.ts";
import type { AssetEnd, WarmSummary, WarmSums } from "./events.ts";

type Sums = { -readonly [Key in keyof WarmSums]: WarmSums[Key] };

const SUMMED = [
  "planned",
  "warmed",
  "cached",
  "failed",
  "skipped",
  "bytesPlanned",
  "bytesAsked",
  "bytesFromOrigin",
] as const satisfies readonly (keyof WarmSums)[];

export class RunTotals {
  readonly #byTarget = new Map<string, { target: CacheTarget; dead: string | undefined; sums: Sums }>();

  constructor(targets: readonly CacheTarget[]) {
    for (const target of targets) this.#byTarget.set(target.name, { target, dead: undefined, sums: zero() });
  }

  get skipped(): number {
    let skipped = 0;
    for (const { sums } of this.#byTarget.values()) skipped += sums.skipped;
    return skipped;
  }

  add(end: AssetEnd): void {
    const sums = this.#byTarget.get(end.target.name)?.sums;
    if (sums === undefined) return;
    sums.planned++;
    sums[end.outcome]++;
    sums.bytesPlanned += end.item.asset.sizeBytes ?? end.sizeBytes ?? 0;
    sums.bytesAsked += end.bytesAsked;
    sums.bytesFromOrigin += end.bytesFromOrigin;
  }

  dead(target: CacheTarget, message: string): void {
    const entry = this.#byTarget.get(target.name);
    if (entry !== undefined) entry.dead = message;
  }

  summary(startedMs: number, nowMs: number, ended: WarmSummary["ended"]): WarmSummary {
    const targets = [...this.#byTarget.values()].map(({ target, dead, sums }) => ({ target, dead, ...sums }));
    const sums = zero();
    for (const target of targets) for (const name of SUMMED) sums[name] += target[name];
    return { ...sums, startedMs, seconds: (nowMs - startedMs) / 1000, ended, targets };
  }
}

function zero(): Sums {
  return Object.fromEntries(SUMMED.map((name) => [name, 0])) as Sums;
}
