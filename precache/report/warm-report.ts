/**
 * What warming cost and what it has saved since, read from the journal and, on the cache itself, from AssetInfo.db.
 *
 * Cost: the bytes the cache had to pull over the WAN for a run, added up from the lines of its files, so that a run that
 * was killed counts too. Effect: bytes the cache gave devices from its own disk
 * afterwards, of what was warmed. No database of Apple's counts deliveries of one file; AssetInfo.db tells when a file
 * was last asked for, so a warmed file that was last asked for after it was warmed, and not when a run of ours asked for
 * it, has been used at least once: that many bytes are known to be saved, and the truth is not below it. Beside it stands
 * what the whole cache gave from its disk, without what warming itself took.
 *
 * @module
 */
import { queryHistory } from "../../core/history/history.ts";
import {
  type LastAsked,
  usedSince,
  type WarmingLines,
  type WarmingRun,
  warmedFiles,
  warmingRuns,
} from "../../core/history/questions/warming.ts";
import { scanLines, type Wanted } from "../../core/history/scan.ts";
import { forEachField, type LineValue, type ParsedLine, parseTags } from "../../core/line/parse-line.ts";
import { measure, type SumOf, shown, WARMING_COST, WARMING_EFFECT } from "../../core/measures.ts";

export interface WarmReport {
  readonly fromMs: number;
  readonly toMs: number;
  readonly runs: readonly WarmingRun[];
  /** Cost of all runs, also of those nobody ended. */
  readonly bytesFromOrigin: number;
  readonly warmedFiles: number;
  readonly warmedBytes: number;
  /** Warmed files asked for after their run; undefined where nothing tells. */
  readonly used: { readonly files: number; readonly bytes: number } | undefined;
  /** What the cache gave from its own disk, without what warming took; undefined where no collector ran. */
  readonly servedFromCacheBytes: number | undefined;
}

/** The report of a time. @param inventory what the cache on this computer tells, or undefined. */
export async function warmReport(
  stateDir: string,
  fromMs: number,
  toMs: number,
  timeZone: string,
  inventory: readonly LastAsked[] | undefined,
): Promise<WarmReport> {
  const lines = await readWarming(stateDir, fromMs, toMs);
  const query = { measurement: "bytestoclients", fromMs, toMs, by: "all", timeZone } as const;
  const served = (await queryHistory(stateDir, query))[0];
  const asked = lines.assets.reduce((sum, { bytesAsked }) => sum + bytesAsked, 0);
  const fromOrigin = lines.assets.reduce((sum, { bytesFromOrigin }) => sum + bytesFromOrigin, 0);
  const sumOf: SumOf = (measurement, field) => {
    if (measurement === "bytestoclients") return served?.sums[field];
    return { "bytes.asked": asked, "bytes.fromorigin": fromOrigin }[field];
  };
  const files = [...warmedFiles(lines.assets).values()];
  return {
    fromMs,
    toMs,
    runs: warmingRuns(lines),
    bytesFromOrigin: Number(measure(WARMING_COST, sumOf)),
    warmedFiles: files.length,
    warmedBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    used: inventory === undefined ? undefined : usedSince(lines, inventory),
    servedFromCacheBytes:
      served === undefined ? undefined : Number(shown(WARMING_EFFECT, measure(WARMING_EFFECT, sumOf))),
  };
}

/** Events, runs and files in one pass. */
async function readWarming(stateDir: string, fromMs: number, toMs: number): Promise<WarmingLines> {
  const starts: WarmingLines["starts"][number][] = [];
  const finished: WarmingRun[] = [];
  const assets: WarmingLines["assets"][number][] = [];
  const wanted = (measurement: string, take: (point: ReadPoint) => void): Wanted => ({
    measurement,
    fromMs,
    toMs,
    take: (line) => take(readPoint(line)),
  });
  await scanLines(
    stateDir,
    ["precache"],
    [
      wanted("events", ({ timeMs, tags, fields }) => {
        if (tags["event"] !== "run-start") return;
        const planned = fields.get("planned.seconds");
        const planningMs = planned !== undefined && "float" in planned ? planned.float * 1000 : undefined;
        starts.push({ timeMs, planningMs });
      }),
      wanted("precacherun", (point) => finished.push(finishedRun(point))),
      wanted("precacheasset", (point) => assets.push(assetLine(point))),
    ],
  );
  return { starts: starts.sort((a, b) => a.timeMs - b.timeMs), finished, assets };
}

function finishedRun({ timeMs, tags, fields }: ReadPoint): WarmingRun {
  return {
    finished: true,
    endedMs: timeMs,
    target: tags["target"] ?? "",
    planned: count(fields, "planned"),
    warmed: count(fields, "warmed"),
    cached: count(fields, "cached"),
    failed: count(fields, "failed"),
    skipped: count(fields, "skipped"),
    bytesAsked: count(fields, "bytes.asked"),
    bytesFromOrigin: count(fields, "bytes.fromorigin"),
    seconds: count(fields, "seconds"),
  };
}

function assetLine({ timeMs, tags, fields }: ReadPoint): WarmingLines["assets"][number] {
  const url = fields.get("url");
  return {
    timeMs,
    target: tags["target"] ?? "",
    outcome: tags["outcome"] ?? "",
    url: url !== undefined && "text" in url ? url.text : "",
    bytes: count(fields, "bytes"),
    bytesAsked: count(fields, "bytes.asked"),
    bytesFromOrigin: count(fields, "bytes.fromorigin"),
    seconds: count(fields, "seconds"),
  };
}

interface ReadPoint {
  readonly timeMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: ReadonlyMap<string, LineValue>;
}

function readPoint({ timeMs, tagText, fieldText }: ParsedLine): ReadPoint {
  const fields = new Map<string, LineValue>();
  forEachField(fieldText, (name, value) => fields.set(name, value));
  return { timeMs, tags: parseTags(tagText), fields };
}

function count(fields: ReadonlyMap<string, LineValue>, name: string): number {
  const value = fields.get(name);
  if (value === undefined) return 0;
  return "integer" in value ? Number(value.integer) : "float" in value ? value.float : 0;
}
