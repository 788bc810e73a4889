/**
 * Whether a stream of the journal is what was written: every batch checked against its mark, every hole seen.
 *
 * @module
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorText } from "../errors.ts";
import { readError } from "./journal-errors.ts";
import { type KnownSegment, type Loss, lossesOf } from "./losses.ts";
import { packedFacts, withSegment } from "./open-segment.ts";
import type { Suspects } from "./scrub.ts";
import { SegmentMaps } from "./segment-maps.ts";
import { listSegmentFiles } from "./segment-names.ts";
import { EMPTY_MAP, type SegmentMap } from "./segment-scan.ts";
import { STREAMS, type StreamName, streamFolder } from "./streams.ts";
import { CUT_SUFFIX } from "./tail.ts";

/** A file with what was cut off the end of a stream though it had been committed once. */
export interface CutFile {
  readonly path: string;
  readonly bytes: number;
}

export interface StreamHealth {
  readonly stream: StreamName;
  readonly segments: number;
  /** Bytes of its content, and of these how many have been checked. */
  readonly bytes: number;
  readonly checkedBytes: number;
  /** Bytes on the disk. */
  readonly diskBytes: number;
  /** Oldest first. */
  readonly losses: readonly Loss[];
  /** Bytes at the end without a mark: being written just now, or left by a crash. They count for nothing. */
  readonly uncommittedBytes: number;
  readonly cut: readonly CutFile[];
}

export interface CheckOptions {
  /** Asked before each segment; false leaves the older ones unchecked, but for holes. */
  readonly goOn?: () => boolean;
  readonly streams?: readonly StreamName[];
  /** Segments that are checked in any case. */
  readonly suspects?: Suspects;
}

/**
 * Checks streams, the newest segments of each first.
 * @throws LarderError `JOURNAL_READ` when a segment cannot be read at all.
 */
export async function checkJournal(stateDir: string, options: CheckOptions = {}): Promise<StreamHealth[]> {
  const found: StreamHealth[] = [];
  for (const stream of options.streams ?? STREAMS) {
    const suspects = new Set(options.suspects?.[stream] ?? []);
    const goOn = options.goOn ?? (() => true);
    found.push(await checkStream(streamFolder(stateDir, stream), stream, (number) => suspects.has(number) || goOn()));
  }
  return found;
}

async function checkStream(
  folder: string,
  stream: StreamName,
  isChecked: (segment: number) => boolean,
): Promise<StreamHealth> {
  const maps = new SegmentMaps(undefined);
  const known: KnownSegment[] = [];
  const sums = { bytes: 0, checkedBytes: 0, diskBytes: 0, uncommittedBytes: 0 };
  const files = await listSegmentFiles(folder);
  for (const file of files.toReversed()) {
    const { number } = file;
    const checked = isChecked(number);
    const facts = checked ? undefined : packedFacts(folder, file);
    if (facts !== undefined) {
      sums.bytes += facts.size;
      sums.diskBytes += facts.diskBytes;
      known.unshift({ number, map: unchecked(facts.size) });
      continue;
    }
    const here = await withSegment({ folder, number }, undefined, async (content) => {
      const map = checked ? await maps.mapOf(number, content) : unchecked(content.size);
      sums.bytes += content.size;
      sums.diskBytes += content.diskBytes;
      sums.checkedBytes += checked ? content.size : 0;
      return { number, map };
    });
    // retention took it just now
    if (here === undefined) continue;
    if (known.length === 0 && here.map.marksAfterEnd === 0) sums.uncommittedBytes = here.map.size - here.map.end;
    known.unshift(here);
  }
  const losses = known.flatMap((here, i) => lossesOf(here, known[i + 1], known[i - 1]?.map.commit?.span));
  return { stream, segments: files.length, ...sums, losses, cut: await cutFiles(folder) };
}

/** Of a segment that is not checked only its size is known. */
function unchecked(size: number): SegmentMap {
  return { ...EMPTY_MAP, size, end: size };
}

async function cutFiles(folder: string): Promise<CutFile[]> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith(CUT_SUFFIX)).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw readError(folder, errorText(error), error);
  }
  return await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), bytes: (await stat(join(folder, name))).size })),
  );
}
