/**
 * What a warming run reports while it runs, for the progress on a screen, the journal and whatever a program makes of it;
 * the engine itself draws nothing.
 *
 * Every planned asset of every target ends in exactly one `asset-end`; a run in exactly one `run-end`.
 *
 * @module
 */
import type { CacheTarget, PlannedAsset } from "../words/asset.ts";

/**
 * `warmed`: every byte came. `cached`: the cache had all of it before we asked. `failed`: it was tried and did not come
 * whole. `skipped`: not tried, or left clean: out of time, stopped, or its cache is dead.
 */
export type AssetOutcome = "warmed" | "cached" | "failed" | "skipped";

/** Why nothing moves for the moment. */
export type WaitReason = "busy" | "retry" | "unreachable";

export interface RunStart {
  readonly type: "run-start";
  readonly atMs: number;
  readonly targets: readonly CacheTarget[];
  /** Assets to be asked of each target. */
  readonly planned: number;
  /** Sum of their known sizes. */
  readonly plannedBytes: number;
  /** `asset-end`s to come: assets asked of all targets, of peers together once. */
  readonly asks: number;
  /** Sum of their known sizes. */
  readonly asksBytes: number;
  /** How long planning took, which may have asked the caches too. Undefined where nobody planned. */
  readonly plannedSeconds: number | undefined;
}

export interface AssetStart {
  readonly type: "asset-start";
  readonly atMs: number;
  readonly target: CacheTarget;
  readonly item: PlannedAsset;
  /** 1 the first time. */
  readonly attempt: number;
}

/** At most every 250 ms for one transfer. */
export interface Progress {
  readonly type: "progress";
  readonly atMs: number;
  readonly target: CacheTarget;
  readonly item: PlannedAsset;
  /** Bytes of this attempt so far. */
  readonly bytes: number;
  /** Undefined until the answer's head, or where it is unknown. */
  readonly totalBytes: number | undefined;
  /** The first bytes of it that the cache held already: they come fast and cost nothing. */
  readonly heldBytes: number | undefined;
}

/** What a file has cost. */
export interface AssetCost {
  /** Bytes read through the cache. */
  readonly bytesAsked: number;
  /** Of these, bytes the cache had to fetch, as far as its answers show: all of them where they show nothing. */
  readonly bytesFromOrigin: number;
  readonly seconds: number;
}

/** What came of a file that takes long, for the books: at most every minute for one file. */
export interface AssetPart {
  readonly type: "asset-part";
  readonly atMs: number;
  readonly target: CacheTarget;
  readonly item: PlannedAsset;
  /** Since the `asset-part` before, or since the beginning. */
  readonly sinceLastLine: AssetCost;
}

export interface AssetEnd extends AssetCost {
  readonly type: "asset-end";
  readonly atMs: number;
  readonly target: CacheTarget;
  readonly item: PlannedAsset;
  readonly outcome: AssetOutcome;
  /** Size of the whole file, where known. */
  readonly sizeBytes: number | undefined;
  /** Its cost since the last `asset-part`; what it inherits is all attempts together. */
  readonly sinceLastLine: AssetCost;
  readonly attempts: number;
  /** For `cached`: the sign that showed it. For the others: one sentence why. */
  readonly reason: string | undefined;
  /** Code of the error that ended it, such as `FETCH_STATUS`. */
  readonly code: string | undefined;
}

export interface Waiting {
  readonly type: "waiting";
  readonly atMs: number;
  readonly target: CacheTarget;
  /** Undefined when the whole target waits. */
  readonly item: PlannedAsset | undefined;
  readonly reason: WaitReason;
  readonly waitMs: number;
  /** Why: what the cache answered, or what went wrong. */
  readonly message: string;
}

/** A target nobody will ask any more in this run. */
export interface TargetDead {
  readonly type: "target-dead";
  readonly atMs: number;
  readonly target: CacheTarget;
  readonly message: string;
  readonly code: string;
}

/** Sums of one target, or of the run. planned = warmed + cached + failed + skipped. */
export interface WarmSums {
  readonly planned: number;
  readonly warmed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  readonly bytesPlanned: number;
  readonly bytesAsked: number;
  readonly bytesFromOrigin: number;
}

export interface WarmSummary extends WarmSums {
  readonly startedMs: number;
  readonly seconds: number;
  /** `done`: everything was tried. `deadline`, `stopped`: it ended early. `dead`: no target was left. */
  readonly ended: "done" | "deadline" | "stopped" | "dead";
  readonly targets: readonly (WarmSums & { readonly target: CacheTarget; readonly dead: string | undefined })[];
}

export interface RunEnd {
  readonly type: "run-end";
  readonly atMs: number;
  readonly summary: WarmSummary;
}

/** A run that did nothing, because it started outside its hours. */
export interface RunSkipped {
  readonly type: "run-skipped";
  readonly atMs: number;
  /** `too late: …`, `outside its hours, …`. */
  readonly reason: string;
}

export type WarmEvent =
  | RunSkipped
  | RunStart
  | AssetStart
  | Progress
  | AssetPart
  | AssetEnd
  | Waiting
  | TargetDead
  | RunEnd;
