/**
 * Packs segments that are closed: the same text as a gzip file, a fifth to a twentieth of the size.
 *
 * Nothing is lost wherever it ends: the packed file is written under another name, synced, read back and compared byte
 * by byte, and renamed; only then the plain one goes. While both are there, the plain one is read. A segment that is
 * damaged is left as it is, for anyone who wants to look at it.
 *
 * @module
 */
import { constants } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Disk, realDisk, writeAll } from "../disk.ts";
import { errorCode, errorText } from "../errors.ts";
import type { WrittenWhen } from "./commit.ts";
import { dataMember, endMember, MEMBER_BYTES, namesMember } from "./gzip-members.ts";
import { readError } from "./journal-errors.ts";
import { NameCollector } from "./name-set.ts";
import { openContent } from "./open-segment.ts";
import { packedContent } from "./packed-content.ts";
import { plainContent, type SegmentContent } from "./segment-content.ts";
import { listSegments, packedPath, segmentPath } from "./segment-names.ts";
import { scanSegment } from "./segment-scan.ts";

export interface PackOptions {
  /** No more than this many are packed now. */
  readonly most: number;
  readonly disk?: Disk;
}

export interface PackReport {
  readonly segments: number;
  /** Bytes before and after. */
  readonly plainBytes: number;
  readonly packedBytes: number;
}

const UNFINISHED = ".tmp";

/** Packs the oldest plain segments of a stream but the last, which is being written. One at a time on a folder. */
export async function packSegments(folder: string, { most, disk = realDisk }: PackOptions): Promise<PackReport> {
  const report = { segments: 0, plainBytes: 0, packedBytes: 0 };
  await removeUnfinished(folder, disk);
  for (const number of (await listSegments(folder)).slice(0, -1)) {
    if (report.segments >= most) break;
    const plain = await openContent(segmentPath(folder, number), plainContent);
    if (plain === undefined) continue;
    try {
      const packedBytes = await packSegment(folder, number, plain, disk);
      if (packedBytes === undefined) continue;
      report.segments++;
      report.plainBytes += plain.size;
      report.packedBytes += packedBytes;
    } finally {
      await plain.close();
    }
  }
  return report;
}

/** Packs one; returns the bytes it takes now, or undefined when it is left as it is. */
async function packSegment(
  folder: string,
  number: number,
  plain: SegmentContent,
  disk: Disk,
): Promise<number | undefined> {
  const { damage, end, commit } = await scanSegment(plain);
  if (damage.length > 0 || end !== plain.size || commit === undefined) return undefined;
  const path = packedPath(folder, number);
  if (!(await isSame(path, plain))) {
    const unfinished = `${path}${UNFINISHED}`;
    try {
      await writePacked(unfinished, plain, disk, commit);
    } catch (error) {
      // on a full disk it would take what little room there is
      await disk.remove(unfinished).catch(() => {});
      throw error;
    }
    // a disk that does not give back what it was given would have the only good copy removed
    if (!(await isSame(unfinished, plain))) {
      await disk.remove(unfinished);
      return undefined;
    }
    await disk.rename(unfinished, path);
  }
  await keepName(folder, path, disk);
  await disk.remove(plain.path);
  await disk.syncFolder(folder);
  const packed = await openContent(path, packedContent);
  await packed?.close();
  return packed?.diskBytes;
}

/**
 * Makes the name of a packed file last, also of one that was there when its writer was killed. Where that fails, it goes: a later
 * sync need not bring its name back, and the plain one would be removed on its word.
 */
async function keepName(folder: string, path: string, disk: Disk): Promise<void> {
  try {
    await disk.syncFolder(folder);
  } catch (error) {
    await disk.remove(path).catch(() => {});
    throw error;
  }
}

async function writePacked(path: string, plain: SegmentContent, disk: Disk, last: WrittenWhen): Promise<void> {
  const file = await disk.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o640);
  try {
    const names = new NameCollector(MEMBER_BYTES);
    let members = 0;
    for (let at = 0; at < plain.size; at += MEMBER_BYTES) {
      const content = await plain.read(at, Math.min(MEMBER_BYTES, plain.size - at));
      names.add(content);
      await writeAll(file, await dataMember(content, at));
      members++;
    }
    const sets = namesMember(Array.from({ length: members }, (_, i) => names.parts[i] ?? 0n));
    if (sets !== undefined) await writeAll(file, sets);
    await writeAll(file, endMember({ size: plain.size, span: last.span, at: last.at, names: names.set }));
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Whether a packed file gives the bytes of a plain one, read back from the disk. */
async function isSame(path: string, plain: SegmentContent): Promise<boolean> {
  const packed = await openContent(path, packedContent);
  if (packed === undefined) return false;
  try {
    if (packed.size !== plain.size || packed.facts === undefined) return false;
    for (let at = 0; at < plain.size; at += MEMBER_BYTES) {
      const length = Math.min(MEMBER_BYTES, plain.size - at);
      if (!(await packed.read(at, length)).equals(await plain.read(at, length))) return false;
    }
    return true;
  } finally {
    await packed.close();
  }
}

async function removeUnfinished(folder: string, disk: Disk): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw readError(folder, errorText(error), error);
  }
  for (const name of names) if (name.endsWith(`.lp.gz${UNFINISHED}`)) await disk.remove(join(folder, name));
}
