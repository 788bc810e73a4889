/**
 * One try of one asset through one cache: what is asked, what the answer's head decides, what has come so far.
 *
 * @module
 */

import type { Clock } from "../../core/time/clock.ts";
import type { FirmwareCopy, FirmwareFolder, KeptFirmware } from "../firmware/firmware.ts";
import type { HeldVerdict, Presence } from "../presence/presence.ts";
import type {
  AssetHead,
  AssetRequest,
  CachedRanges,
  Fetcher,
  FetchOptions,
  FetchResult,
} from "../transfer/transfer.ts";
import { digestToCheck, throughCache } from "../transfer/transfer.ts";
import type { PlannedAsset } from "../words/asset.ts";
import type { AssetCost, AssetOutcome, WarmEvent } from "./events.ts";
import type { TargetHealth } from "./target-health.ts";

/** What all assets of a run share. */
export interface EngineContext {
  readonly fetcher: Fetcher;
  readonly check: Presence;
  /** Where firmware is kept on disk; undefined where it is only warmed. */
  readonly firmware: FirmwareFolder | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** Tries of one file. */
  readonly attempts: number;
  readonly deadlineMs: number | undefined;
  /** Hosts an asset may be redirected to, beside Apple's and its own. */
  readonly hosts: readonly string[];
  /** Writes an event down, where it is one that is; resolves when it is on disk. */
  readonly record: (event: WarmEvent) => Promise<void> | undefined;
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
  /** Size of the file, and who says so. */
  expected: { readonly bytes: number; readonly by: string | undefined } | undefined;
  /** Its place on disk, where it is kept. */
  copy: FirmwareCopy | undefined;
  #booked: AssetCost = { bytesAsked: 0, bytesFromOrigin: 0, seconds: 0 };

  constructor(item: PlannedAsset) {
    this.item = item;
    const { sizeBytes } = item.asset;
    this.expected = sizeBytes === undefined ? undefined : { bytes: sizeBytes, by: undefined };
  }

  /** What it has cost up to now. @param bytes of an attempt that still runs */
  cost(nowMs: number, bytes = 0): AssetCost {
    const furthest = Math.max(this.furthest, bytes);
    return {
      bytesAsked: this.bytesAsked + bytes,
      // what came that the cache did not hold at first; all of it where it reports nothing
      bytesFromOrigin: Math.max(0, furthest - (this.heldAtFirst ?? 0)),
      seconds: (nowMs - (this.startedMs ?? nowMs)) / 1000,
    };
  }

  /** The part of a cost that no line of the books has yet; from now on one has. */
  book(cost: AssetCost): AssetCost {
    const { bytesAsked, bytesFromOrigin, seconds } = this.#booked;
    this.#booked = cost;
    return {
      bytesAsked: Math.max(0, cost.bytesAsked - bytesAsked),
      bytesFromOrigin: Math.max(0, cost.bytesFromOrigin - bytesFromOrigin),
      seconds: Math.max(0, cost.seconds - seconds),
    };
  }
}

export interface WorkEnd {
  readonly outcome: AssetOutcome;
  readonly sizeBytes?: number | undefined;
  readonly reason?: string;
  readonly code?: string;
  /** When the last byte came; default now. */
  readonly atMs?: number;
}

/** Files up to this size are read to their end even when the cache has them: that is cheaper than hanging up. */
const SMALL_BYTES = 1024 * 1024;
const PROGRESS_MS = 250;
const PART_MS = 60_000;

/** One try. Also the transfer's listener. */
export class Attempt implements FetchOptions {
  readonly startedMs: number;
  readonly signal: AbortSignal;
  readonly sink: FetchOptions["sink"];
  readonly #context: EngineContext;
  readonly #health: TargetHealth;
  readonly #work: Work;
  #verdict: HeldVerdict | undefined;
  #totalBytes: number | undefined;
  #heldBytes: number | undefined;
  #bytes = 0;
  #counted = false;
  #toldMs: number;
  #partMs: number;

  constructor(context: EngineContext, health: TargetHealth, work: Work) {
    this.#context = context;
    this.#health = health;
    this.#work = work;
    this.signal = health.cancel;
    this.startedMs = context.clock.now();
    this.#toldMs = this.startedMs;
    this.#partMs = this.startedMs;
    this.#totalBytes = work.expected?.bytes;
    const { copy } = work;
    this.sink = copy === undefined ? undefined : (bytes) => copy.write(bytes);
    work.attempts++;
    const { item, attempts: attempt } = work;
    context.emit({ type: "asset-start", atMs: this.startedMs, target: health.target, item, attempt });
  }

  request(): AssetRequest {
    const { asset } = this.#work.item;
    return {
      ...throughCache(this.#health.target, asset, this.#context.hosts),
      expectedBytes: this.#work.expected?.bytes,
      expectedBy: this.#work.expected?.by,
      digest: digestToCheck(asset),
    };
  }

  onHead(head: AssetHead, cached: CachedRanges | undefined): "read" | "leave" {
    const work = this.#work;
    this.#totalBytes = head.lengthBytes ?? this.#totalBytes;
    if (this.#totalBytes !== undefined) work.copy?.checkRoom(this.#totalBytes);
    this.#heldBytes = cached?.endByte;
    // What a later answer says the cache holds may be there because of us: then it is read whole, and warmed.
    if (work.heldAtFirst === undefined) {
      this.#verdict = this.#context.check.byAnswer(work.item.asset, head, cached);
      work.heldAtFirst = this.#heldBytes ?? (this.#verdict.held === true ? (head.lengthBytes ?? 0) : 0);
    }
    const wanted = work.copy !== undefined || (this.#totalBytes ?? 0) <= SMALL_BYTES;
    return this.#verdict?.held === true && !wanted ? "leave" : "read";
  }

  onBytes(length: number): void {
    this.#bytes += length;
    const now = this.#context.clock.now();
    if (now - this.#toldMs < PROGRESS_MS) return;
    this.#toldMs = now;
    const { target } = this.#health;
    const { item } = this.#work;
    const { emit } = this.#context;
    const [bytes, totalBytes, heldBytes] = [this.#bytes, this.#totalBytes, this.#heldBytes];
    emit({ type: "progress", atMs: now, target, item, bytes, totalBytes, heldBytes });
    if (now - this.#partMs < PART_MS) return;
    this.#partMs = now;
    const sinceLastLine = this.#work.book(this.#work.cost(now, this.#bytes));
    const part = { type: "asset-part", atMs: now, target, item, sinceLastLine } as const;
    this.#context.record(part)?.catch(() => undefined);
    emit(part);
  }

  /** Whether it is this transfer that filled the cache, as far as its answer shows. */
  get brought(): boolean {
    return this.#verdict?.held !== true;
  }

  /** Adds what this try brought to what the asset has cost, once. */
  count(bytes = this.#bytes): void {
    if (this.#counted) return;
    this.#counted = true;
    this.#work.bytesAsked += bytes;
    this.#work.furthest = Math.max(this.#work.furthest, bytes);
  }

  /** The end of an asset that came, or was there. */
  async end({ bytes, lengthBytes }: FetchResult): Promise<WorkEnd> {
    const work = this.#work;
    const atMs = this.#context.clock.now();
    this.count(bytes);
    const kept = await work.copy?.keep();
    const keptAs = kept === undefined ? {} : { reason: keptText(kept) };
    if (this.#verdict?.held === true) {
      const outcome = kept === undefined ? "cached" : "warmed";
      return { outcome, reason: this.#verdict.why, sizeBytes: lengthBytes, atMs, ...keptAs };
    }
    return { outcome: "warmed", sizeBytes: bytes, atMs, ...keptAs };
  }
}

/** Where a kept file lies and what vouches for it. */
export function keptText({ path, verified }: KeptFirmware): string {
  return `${path}, ${verified} checked`;
}
