/**
 * What warming cost and what it has saved since, read from the journal and, on the cache itself, from AssetInfo.db.
 *
 * Cost: the bytes the cache had to pull over the WAN for a run. Effect: bytes the cache gave devices from its own disk
 * afterwards, of what was warmed. No database of Apple's counts deliveries of one file; AssetInfo.db tells when a file
 * was last asked for, so a warmed file that was last asked for after it was warmed, and outside every run of ours (which
 * asks too), has been used at least once: that many bytes are known to be saved, and the truth is not below it. Beside it stands what the whole cache gave from its disk,
 * without what warming itself took.
 *
 * @module
 */
import { queryHistory, readLines } from "../core/history/history.ts";
import { forEachField, type LineValue, parseLine, parseTags } from "../core/history/parse-line.ts";

/** One run of one target. */
export interface ReportedRun {
  readonly endedMs: number;
  readonly target: string;
  readonly planned: number;
  readonly warmed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  readonly bytesAsked: number;
  readonly bytesFromOrigin: number;
  readonly seconds: number;
}

/** A file a cache on this computer holds, and when it was last asked for. */
export interface LastAsked {
  /** Path of the address, with its query. */
  readonly uri: string;
  readonly lastAskedMs: number;
}

export interface WarmReport {
  readonly fromMs: number;
  readonly toMs: number;
  readonly runs: readonly ReportedRun[];
  /** Cost of all runs. */
  readonly bytesFromOrigin: number;
  readonly warmedFiles: number;
  readonly warmedBytes: number;
  /** Warmed files asked for after their run; undefined where nothing tells. */
  readonly used: { readonly files: number; readonly bytes: number } | undefined;
  /** What the cache gave from its own disk, without what warming took; undefined where no collector ran. */
  readonly servedFromCacheBytes: number | undefined;
}

/** Clocks differ a little, and a run asks until its last second. */
const GRACE_MS = 60_000;
/** Before its first file a run asks what is there already. */
const LOOKING_MS = 15 * 60_000;

/** The report of a time. @param inventory what the cache on this computer tells, or undefined. */
export async function warmReport(
  stateDir: string,
  fromMs: number,
  toMs: number,
  timeZone: string,
  inventory: readonly LastAsked[] | undefined,
): Promise<WarmReport> {
  const runs = await readRuns(stateDir, fromMs, toMs);
  const files = await readWarmedFiles(stateDir, fromMs, toMs);
  const query = { measurement: "bytestoclients", fromMs, toMs, by: "all", timeZone } as const;
  const served = (await queryHistory(stateDir, query))[0];
  const asked = runs.reduce((sum, run) => sum + run.bytesAsked - run.bytesFromOrigin, 0);
  return {
    fromMs,
    toMs,
    runs,
    bytesFromOrigin: runs.reduce((sum, run) => sum + run.bytesFromOrigin, 0),
    warmedFiles: files.size,
    warmedBytes: [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    used: inventory === undefined ? undefined : usedOf(files, inventory, runs),
    servedFromCacheBytes:
      served === undefined ? undefined : Math.max(0, Number(served.sums["bytes.fromcache.toclients"] ?? 0) - asked),
  };
}

interface WarmedFile {
  readonly bytes: number;
  readonly atMs: number;
}

function usedOf(
  files: ReadonlyMap<string, WarmedFile>,
  inventory: readonly LastAsked[],
  runs: readonly ReportedRun[],
): { files: number; bytes: number } {
  const ours = (ms: number): boolean =>
    runs.some(({ endedMs, seconds }) => ms >= endedMs - seconds * 1000 - LOOKING_MS && ms <= endedMs + GRACE_MS);
  let [count, bytes] = [0, 0];
  for (const { uri, lastAskedMs } of inventory) {
    const file = files.get(uri);
    if (file === undefined || lastAskedMs <= file.atMs + GRACE_MS || ours(lastAskedMs)) continue;
    count++;
    bytes += file.bytes;
  }
  return { files: count, bytes };
}

async function readRuns(stateDir: string, fromMs: number, toMs: number): Promise<ReportedRun[]> {
  const runs: ReportedRun[] = [];
  for await (const { timeMs, tags, fields } of readPoints(stateDir, "precacherun", fromMs, toMs)) {
    runs.push({
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
    });
  }
  return runs.sort((a, b) => a.endedMs - b.endedMs);
}

/** Warmed files by the path of their address; of a file warmed twice, the last time. */
async function readWarmedFiles(stateDir: string, fromMs: number, toMs: number): Promise<Map<string, WarmedFile>> {
  const files = new Map<string, WarmedFile>();
  for await (const { timeMs, tags, fields } of readPoints(stateDir, "precacheasset", fromMs, toMs)) {
    const url = fields.get("url");
    if (tags["outcome"] !== "warmed" || url === undefined || !("text" in url) || !URL.canParse(url.text)) continue;
    const { pathname, search } = new URL(url.text);
    files.set(pathname + search, { bytes: count(fields, "bytes"), atMs: timeMs });
  }
  return files;
}

interface ReadPoint {
  readonly timeMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: ReadonlyMap<string, LineValue>;
}

async function* readPoints(
  stateDir: string,
  measurement: string,
  fromMs: number,
  toMs: number,
): AsyncGenerator<ReadPoint> {
  for await (const line of readLines(stateDir, measurement, fromMs, toMs - 1, ["precache"])) {
    const parsed = parseLine(line);
    if (parsed === undefined || parsed.timeMs < fromMs || parsed.timeMs >= toMs) continue;
    const fields = new Map<string, LineValue>();
    forEachField(parsed.fieldText, (name, value) => fields.set(name, value));
    yield { timeMs: parsed.timeMs, tags: parseTags(parsed.tagText), fields };
  }
}

function count(fields: ReadonlyMap<string, LineValue>, name: string): number {
  const value = fields.get(name);
  if (value === undefined) return 0;
  return "integer" in value ? Number(value.integer) : "float" in value ? value.float : 0;
}
