/**
 * What warming cost and what it has saved since, read from the journal and, on the cache itself, from AssetInfo.db.
 *
 * Cost: the bytes the cache had to pull over the WAN for a run, added up from the lines of its files, so that a run that
 * was killed counts too. Effect: bytes the cache gave devices from its own disk
 * afterwards, of what was warmed. No database of Apple's counts deliveries of one file; AssetInfo.db has when a file
 * was last asked for, so a warmed file that was last asked for after it was warmed, and not when a run of ours asked for
 * it, has been used at least once: that many bytes are known to be saved, and the truth is not below it. Beside it is
 * what the whole cache gave from its disk, without what warming itself took.
 *
 * @module
 */
import {
  ask,
  type LastAsked,
  traffic,
  usedSince,
  type WarmingRun,
  warmedFiles,
  warmingLines,
  warmingRuns,
} from "../../core/history/history.ts";
import { measure, shown, WARMING_COST, WARMING_EFFECT } from "../../core/measures.ts";

export interface WarmReport {
  readonly fromMs: number;
  readonly toMs: number;
  readonly runs: readonly WarmingRun[];
  /** Cost of all runs, also of those nobody ended. */
  readonly bytesFromOrigin: number;
  readonly warmedFiles: number;
  readonly warmedBytes: number;
  /** Warmed files asked for after their run; undefined where it is unknown. */
  readonly used: { readonly files: number; readonly bytes: number } | undefined;
  /** What the cache gave from its own disk, without what warming took; undefined where no collector ran. */
  readonly servedFromCacheBytes: number | undefined;
}

/** From, inclusive, to, exclusive: Unix milliseconds. */
interface Period {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeZone: string;
}

/** The report of a time. @param inventory what the cache on this computer knows, or undefined. */
export async function warmReport(
  stateDir: string,
  { fromMs, toMs, timeZone }: Period,
  inventory: readonly LastAsked[] | undefined,
): Promise<WarmReport> {
  const query = { fromMs, toMs, by: "all", timeZone } as const;
  const [lines, [served]] = await ask(stateDir, [warmingLines({ fromMs, toMs }), traffic(query)]);
  // a time no collector recorded has no traffic, though warming may have asked in it
  const recorded = served?.sumOf("bytestoclients", "bytes.fromcache.toclients") !== undefined;
  const files = [...warmedFiles(lines.assets).values()];
  return {
    fromMs,
    toMs,
    runs: warmingRuns(lines),
    bytesFromOrigin: Number(served === undefined ? 0 : measure(WARMING_COST, served.sumOf)),
    warmedFiles: files.length,
    warmedBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    used: inventory === undefined ? undefined : usedSince(lines, inventory),
    servedFromCacheBytes:
      served === undefined || !recorded
        ? undefined
        : Number(shown(WARMING_EFFECT, measure(WARMING_EFFECT, served.sumOf))),
  };
}
