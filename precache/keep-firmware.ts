/**
 * Firmware of a run: fetched through a cache and kept on disk at once, one file after the other, told in the words of
 * every other asset.
 *
 * @module
 */
import { errorCode, errorText } from "../core/errors.ts";
import type { CacheTarget, PlannedAsset } from "./asset.ts";
import { cacheUrl } from "./cache-url.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Fetcher, FetchResult } from "./fetch-asset.ts";
import { storeFirmware } from "./store-firmware.ts";
import type { AssetEnd, WarmEvent } from "./warm-events.ts";

export interface KeepFirmwareOptions {
  readonly items: readonly PlannedAsset[];
  /** The cache it is asked of. */
  readonly target: CacheTarget;
  readonly destination: string;
  readonly fetcher: Fetcher;
  /** Unix milliseconds after which nothing starts. */
  readonly deadlineMs: number | undefined;
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  readonly clock?: Clock;
}

type End = Pick<AssetEnd, "outcome" | "reason" | "code" | "attempts" | "sizeBytes">;

const PROGRESS_MS = 250;

/** Keeps each, and tells; the failure of one does not end the others. */
export async function* keepFirmware(options: KeepFirmwareOptions): AsyncGenerator<WarmEvent> {
  const { target, stop, deadlineMs, clock = systemClock } = options;
  for (const item of options.items) {
    const late = deadlineMs !== undefined && clock.now() >= deadlineMs;
    if (stop.aborted || late) {
      const reason = late ? "out of time" : "the run was stopped";
      const left = { outcome: "skipped", reason, code: undefined, attempts: 0, sizeBytes: undefined } as const;
      yield endOf(item, target, clock.now(), clock.now(), left, NOTHING);
      continue;
    }
    yield* keepOne(item, options, clock);
  }
}

interface Traffic {
  asked: number;
  fromOrigin: number;
}

const NOTHING: Traffic = { asked: 0, fromOrigin: 0 };

async function* keepOne(item: PlannedAsset, options: KeepFirmwareOptions, clock: Clock): AsyncGenerator<WarmEvent> {
  const { target } = options;
  const startedMs = clock.now();
  yield { type: "asset-start", atMs: startedMs, target, item, attempt: 1 };
  const traffic = { ...NOTHING };
  let bytes = 0;
  let totalBytes = item.asset.sizeBytes;
  const work = store(item, options, traffic, clock, (read, total) => {
    bytes = read;
    totalBytes = total ?? totalBytes;
  });
  for (;;) {
    const end = await Promise.race([work, clock.sleep(PROGRESS_MS)]);
    if (end !== undefined) {
      yield endOf(item, target, startedMs, clock.now(), end, traffic);
      return;
    }
    yield { type: "progress", atMs: clock.now(), target, item, bytes, totalBytes, heldBytes: undefined };
  }
}

async function store(
  item: PlannedAsset,
  options: KeepFirmwareOptions,
  traffic: Traffic,
  clock: Clock,
  onBytes: (bytes: number, total: number | undefined) => void,
): Promise<End> {
  const { target, destination, abort } = options;
  try {
    const kept = await storeFirmware(item.asset, {
      fetcher: counting(options.fetcher, traffic),
      destination,
      url: cacheUrl(target.url, item.asset.url),
      redirect: (location) => (location.startsWith(target.url) ? location : cacheUrl(target.url, location)),
      signal: abort,
      onBytes,
      clock,
    });
    const { outcome, path, verified, sizeBytes, attempts } = kept;
    const reason = `${path}, ${verified} checked`;
    return { outcome: outcome === "stored" ? "warmed" : "cached", reason, code: undefined, sizeBytes, attempts };
  } catch (error) {
    const outcome = abort.aborted ? "skipped" : "failed";
    return { outcome, reason: errorText(error), code: errorCode(error), sizeBytes: undefined, attempts: 1 };
  }
}

/** The same door, with what passes through it counted: where the cache does not tell what it held, all came from afar. */
function counting(fetcher: Fetcher, traffic: Traffic): Fetcher {
  return {
    close: async () => await fetcher.close(),
    fetchAsset: async (request, options): Promise<FetchResult> => {
      const result = await fetcher.fetchAsset(request, options);
      traffic.asked += result.bytes;
      traffic.fromOrigin += result.bytesFromOrigin ?? result.bytes;
      return result;
    },
  };
}

function endOf(
  item: PlannedAsset,
  target: CacheTarget,
  startedMs: number,
  nowMs: number,
  end: End,
  traffic: Traffic,
): AssetEnd {
  return {
    type: "asset-end",
    atMs: nowMs,
    target,
    item,
    ...end,
    sizeBytes: end.sizeBytes ?? item.asset.sizeBytes,
    bytesAsked: traffic.asked,
    bytesFromOrigin: traffic.fromOrigin,
    seconds: (nowMs - startedMs) / 1000,
  };
}
