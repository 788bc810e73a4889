/**
 * One try of one asset through one cache: what is asked, what the answer's head decides, what has come so far.
 *
 * @module
 */
import type { CacheTarget, PlannedAsset } from "../asset.ts";
import { cacheUrl } from "../cache-url.ts";
import type { HeldCheck, HeldVerdict } from "../cached.ts";
import type { CachedRanges } from "../cached-ranges.ts";
import type { Clock } from "../clock.ts";
import type { AssetHead, AssetRequest, Fetcher, FetchOptions, FetchResult } from "../fetch-asset.ts";
import type { Ledger } from "../ledger.ts";
import type { AssetOutcome, WarmEvent } from "../warm-events.ts";
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

/** It is itself what the transfer reports to. */
export class Attempt implements FetchOptions {
  readonly startedMs: number;
  readonly signal: AbortSignal;
  readonly #context: RunContext;
  readonly #health: TargetHealth;
  readonly #work: Work;
  #verdict: HeldVerdict | undefined;
  #totalBytes: number | undefined;
  #heldBytes: number | undefined;
  #bytes = 0;
  #toldMs: number;

  constructor(context: RunContext, health: TargetHealth, work: Work) {
    this.#context = context;
    this.#health = health;
    this.#work = work;
    this.signal = health.letGo;
    this.startedMs = context.clock.now();
    this.#toldMs = this.startedMs;
    this.#totalBytes = work.item.asset.sizeBytes;
    work.attempts++;
    const { item, attempts: attempt } = work;
    context.emit({ type: "asset-start", atMs: this.startedMs, target: health.target, item, attempt });
  }

  request(): AssetRequest {
    const { target } = this.#health;
    const { url, sizeBytes } = this.#work.item.asset;
    return {
      url: cacheUrl(target.url, url),
      expectedBytes: sizeBytes,
      redirect: (location) => throughCache(target, location),
    };
  }

  onHead(head: AssetHead, cached: CachedRanges | undefined): "read" | "leave" {
    const work = this.#work;
    this.#totalBytes = head.lengthBytes ?? this.#totalBytes;
    this.#heldBytes = cached?.endByte;
    // What a later answer says the cache holds may be there because of us: then it is read whole, and warmed.
    if (work.heldAtFirst === undefined) {
      this.#verdict = this.#context.check.byAnswer(work.item.asset, head, cached);
      work.heldAtFirst = this.#heldBytes ?? 0;
    }
    return this.#verdict?.held === true && (this.#totalBytes ?? 0) > SMALL_BYTES ? "leave" : "read";
  }

  onBytes(length: number): void {
    this.#bytes += length;
    const now = this.#context.clock.now();
    if (now - this.#toldMs < PROGRESS_MS) return;
    this.#toldMs = now;
    this.#context.emit({
      type: "progress",
      atMs: now,
      target: this.#health.target,
      item: this.#work.item,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
      heldBytes: this.#heldBytes,
    });
  }

  /** Whether it is this transfer that filled the cache, as far as its answer tells. */
  get brought(): boolean {
    return this.#verdict?.held !== true;
  }

  /** The end of an asset that came, or was there. */
  end({ bytes, lengthBytes }: FetchResult): WorkEnd {
    const { clock, ledger } = this.#context;
    const work = this.#work;
    const atMs = clock.now();
    work.bytesAsked += bytes;
    if (this.#verdict?.held === true) {
      return { outcome: "cached", reason: this.#verdict.why, sizeBytes: lengthBytes, atMs };
    }
    work.furthest = Math.max(work.furthest, bytes);
    const { url } = work.item.asset;
    const recorded = ledger?.record({ target: this.#health.target.name, url, sizeBytes: bytes, atMs });
    return { outcome: "warmed", sizeBytes: bytes, recorded, atMs };
  }
}

/** A redirection to Apple goes through the cache, one to the cache itself stays. */
function throughCache(target: CacheTarget, location: string): string {
  return new URL(location).host === new URL(target.url).host ? location : cacheUrl(target.url, location);
}
