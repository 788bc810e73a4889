/**
 * Segments as a writer leaves them, for tests that need the bytes and not the writer.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { type Commit, type Cursors, commitLine, joinSpans } from "../commit.ts";
import { dataMember, endMember, MEMBER_BYTES, namesMember } from "../gzip-members.ts";
import { EVERY_NAME, NameCollector } from "../name-set.ts";
import type { SegmentContent } from "../segment-content.ts";
import { packedPath, segmentPath } from "../segment-names.ts";

/** A batch: when it is written, and its lines, each one with a time. */
export interface WrittenBatch {
  readonly at: number;
  readonly lines?: readonly string[];
  readonly cursors?: Cursors;
}

/** The bytes of a segment of these batches. */
export function segmentOf(batches: readonly WrittenBatch[]): Buffer {
  let span: Commit["span"];
  const parts = batches.map(({ at, lines = [], cursors = {} }) => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    for (const line of lines) {
      const ms = Number(line.slice(line.lastIndexOf(" ") + 1));
      span = joinSpans(span, { fromMs: ms, toMs: ms });
    }
    return Buffer.concat([bytes, Buffer.from(commitLine(bytes, { lines: lines.length, at, span, cursors }))]);
  });
  return Buffer.concat(parts);
}

/** Writes a segment; the number of the one that follows it. */
export async function writeSegment(folder: string, number: number, batches: readonly WrittenBatch[]): Promise<number> {
  const bytes = segmentOf(batches);
  await writeFile(segmentPath(folder, number), bytes);
  return number + bytes.length;
}

/** The same, packed in members of this size. */
export async function writePacked(
  folder: string,
  number: number,
  batches: readonly WrittenBatch[],
  memberBytes = MEMBER_BYTES,
): Promise<number> {
  const bytes = segmentOf(batches);
  const times = batches.flatMap(({ lines = [] }) => lines.map((line) => Number(line.slice(line.lastIndexOf(" ") + 1))));
  const span = times.length === 0 ? undefined : { fromMs: Math.min(...times), toMs: Math.max(...times) };
  const end = { size: bytes.length, span, at: batches.at(-1)?.at ?? 0, names: EVERY_NAME };
  const names = new NameCollector(memberBytes);
  names.add(bytes);
  const members: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += memberBytes) {
    members.push(await dataMember(bytes.subarray(at, at + memberBytes), at));
  }
  members.push(namesMember(members.map((_, i) => names.parts[i] ?? 0n)) ?? Buffer.alloc(0), endMember(end));
  await writeFile(packedPath(folder, number), Buffer.concat(members));
  return number + bytes.length;
}

/** A segment that lies in memory. */
export function inMemory(bytes: Buffer): SegmentContent {
  return {
    path: "memory",
    size: bytes.length,
    facts: undefined,
    stamp: "",
    diskBytes: bytes.length,
    read: async (offset, length, room) => {
      if (offset < 0) throw new RangeError(`there is no byte ${offset}`);
      const found = bytes.subarray(offset, offset + length);
      if (room === undefined || room.length < found.length) return Buffer.from(found);
      found.copy(room);
      return room.subarray(0, found.length);
    },
    close: async () => {},
  };
}
