/**
 * The two stages of a run as one stream: what is warmed, then the firmware that is kept; one start, one end, one sum.
 *
 * @module
 */
import type { PlannedAsset } from "./asset.ts";
import { systemClock } from "./clock.ts";
import { createFetcher } from "./fetch-asset.ts";
import { keepFirmware } from "./keep-firmware.ts";
import { createPace } from "./pace.ts";
import { type WarmOptions, warm } from "./warm.ts";
import type { AssetEnd, WarmEvent, WarmSummary, WarmSums } from "./warm-events.ts";

export interface StageOptions extends Omit<WarmOptions, "items"> {
  /** Everything that is to be fetched; firmware among it is kept when there is a destination. */
  readonly items: readonly PlannedAsset[];
  readonly destination: string | undefined;
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}

/** Runs both stages. Without a destination firmware is warmed like everything else. */
export function runStages(options: StageOptions): AsyncIterableIterator<WarmEvent, void> {
  const firmware = options.destination === undefined ? [] : options.items.filter(({ asset }) => asset.firmware);
  return firmware.length === 0 ? warm(options) : bothStages(options, firmware);
}

async function* bothStages(options: StageOptions, firmware: readonly PlannedAsset[]): AsyncGenerator<WarmEvent, void> {
  const { items, ...shared } = options;
  const kept = new Set(firmware);
  const through = items.filter((item) => !kept.has(item));
  const firmwareBytes = firmware.reduce((sum, { asset }) => sum + (asset.sizeBytes ?? 0), 0);
  for await (const event of warm({ ...shared, items: through })) {
    if (event.type === "run-start") {
      yield { ...event, planned: event.planned + firmware.length, plannedBytes: event.plannedBytes + firmwareBytes };
    } else if (event.type === "run-end") {
      yield* keepStage(options, firmware, event.summary);
    } else yield event;
  }
}

async function* keepStage(
  options: StageOptions,
  items: readonly PlannedAsset[],
  before: WarmSummary,
): AsyncGenerator<WarmEvent> {
  const { destination = "", bytesPerSecond, deadlineMs, stop, abort, clock = systemClock } = options;
  const living = before.targets.find(({ dead }) => dead === undefined) ?? before.targets[0];
  if (living === undefined) return;
  const { target } = living;
  const pace = bytesPerSecond === undefined ? undefined : createPace(bytesPerSecond);
  const fetcher = createFetcher({ pace });
  const ends: AssetEnd[] = [];
  try {
    for await (const event of keepFirmware({ items, target, destination, fetcher, deadlineMs, stop, abort, clock })) {
      if (event.type === "asset-end") ends.push(event);
      yield event;
    }
  } finally {
    await fetcher.close();
  }
  yield { type: "run-end", atMs: clock.now(), summary: withEnds(before, target.name, ends, clock.now()) };
}

/** The sums with those of more assets of one target. */
function withEnds(before: WarmSummary, target: string, ends: readonly AssetEnd[], nowMs: number): WarmSummary {
  const add = <Sums extends WarmSums>(sums: Sums): Sums => ends.reduce(addEnd, sums);
  const late = ends.some(({ outcome }) => outcome === "skipped");
  return {
    ...add(before),
    seconds: (nowMs - before.startedMs) / 1000,
    ended: late && before.ended === "done" ? "deadline" : before.ended,
    targets: before.targets.map((sums) => (sums.target.name === target ? add(sums) : sums)),
  };
}

function addEnd<Sums extends WarmSums>(sums: Sums, end: AssetEnd): Sums {
  return {
    ...sums,
    planned: sums.planned + 1,
    [end.outcome]: sums[end.outcome] + 1,
    bytesPlanned: sums.bytesPlanned + (end.item.asset.sizeBytes ?? end.sizeBytes ?? 0),
    bytesAsked: sums.bytesAsked + end.bytesAsked,
    bytesFromOrigin: sums.bytesFromOrigin + end.bytesFromOrigin,
  };
}
