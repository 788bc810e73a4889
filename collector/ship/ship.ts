/**
 * Journal to sink: reads pieces, keeps a few on their way, and moves the sink's place when they are done.
 *
 * Promise: at least once. The position moves only past lines the server has taken or that are in the reject file, in the
 * order of the journal; a crash repeats at most what was on its way and the last second's saves. A repeat does no harm:
 * it is the same point. A shipper works while others append: call `pump` after each append, `finish` when the pass ends.
 *
 * What answers mean is `sinks/classify.ts`; patience and halving are `delivery.ts`; the journal is not changed here.
 *
 * @module
 */
import { realDisk } from "../../core/disk.ts";
import { loadPositions } from "./cursor.ts";
import { JournalShipper } from "./journal-shipper.ts";
import type { Shipper, ShipperOptions } from "./shipper.ts";
import { SinkMemory } from "./sink-memory.ts";
import { PieceFeed } from "./slice-feed.ts";

export { loadPositions, oldestNeeded } from "./cursor.ts";
export { openRejectFile, rejectPath, retryPath } from "./reject-file.ts";
export { type RetryReport, retryRejected } from "./reject-retry.ts";
export type { Shipper, ShipperOptions, ShipReport } from "./shipper.ts";
export { loadShipState } from "./state.ts";

/**
 * Makes the shipper of one sink.
 * @throws LarderError `SHIP_CURSOR` when its saved place cannot be read.
 */
export async function createShipper(options: ShipperOptions): Promise<Shipper> {
  const { stateDir, sink, readers, disk = realDisk } = options;
  const saved = await loadPositions(stateDir, sink.name);
  const feed = await PieceFeed.open(readers, saved, sink.limits);
  const files = { stateDir, sink: sink.name, disk };
  return new JournalShipper(options, { files, feed, memory: await SinkMemory.open(files, feed.positions()) });
}
