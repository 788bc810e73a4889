/**
 * A packed segment read as if it were not: the same bytes at the same offsets.
 *
 * A member that cannot be unpacked reads as zeros, which no mark fits, so that damage is found where all damage is. A
 * file somebody packed by hand, in one member without our marks, is unpacked whole.
 *
 * @module
 */
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import {
  DATA_BEGINNING,
  END_BYTES,
  HEAD_BYTES,
  type MemberHead,
  readEnd,
  readHead,
  unpackMember,
} from "./gzip-members.ts";
import { readFrom, type SegmentContent } from "./segment-content.ts";

interface Member extends MemberHead {
  /** Where it begins in the file. */
  readonly at: number;
}

/** Larger files of one member are not ours. */
const FOREIGN_MAX_BYTES = 64 * 1024 * 1024;
const SEARCH_STEP = 256 * 1024;

/** Reads what is known of a packed segment, and takes its file. */
export async function packedContent(path: string, file: FileHandle, stats: Stats): Promise<SegmentContent> {
  const end = await readFrom(file, Math.max(0, stats.size - END_BYTES), Math.min(END_BYTES, stats.size));
  const facts = readEnd(end);
  const packed = new Packed(file, stats.size);
  const size = facts?.size ?? (await packed.findSize());
  return {
    path,
    size,
    facts,
    stamp: `${stats.ino} ${stats.mtimeMs}`,
    diskBytes: stats.size,
    read: async (offset, length, room) => await packed.read(offset, Math.max(0, Math.min(length, size - offset)), room),
    close: async () => await file.close(),
  };
}

/** Larger contents are read piece by piece. */
const IN_MEMORY_MAX_BYTES = 32 * 1024 * 1024;

/**
 * A packed segment unpacked once, for who reads it more than once: checking it and then reading it unpacks it twice.
 * @param bufferOf memory for so many bytes
 */
export async function inMemory(content: SegmentContent, bufferOf: (size: number) => Buffer): Promise<SegmentContent> {
  if (content.facts === undefined || content.size > IN_MEMORY_MAX_BYTES) return content;
  const bytes = await content.read(0, content.size, bufferOf(content.size));
  const read: SegmentContent["read"] = async (offset, length, room) => {
    const found = bytes.subarray(offset, offset + length);
    if (room === undefined || room.length < found.length) return found;
    found.copy(room);
    return room.subarray(0, found.length);
  };
  return { ...content, bytes, read };
}

/** A file of ours is about a megabyte: it is read at once. Larger ones are read member by member. */
export const AT_ONCE_MAX_BYTES = 4 * 1024 * 1024;

class Packed {
  readonly #file: FileHandle;
  readonly #fileBytes: number;
  #whole: Buffer | undefined;
  #members: readonly Member[] | undefined;
  /** The member last unpacked: readers go on where they ended. */
  #last: { readonly at: number; readonly content: Buffer | undefined } | undefined;
  #foreign: Buffer | undefined;

  constructor(file: FileHandle, fileBytes: number) {
    this.#file = file;
    this.#fileBytes = fileBytes;
  }

  /** Bytes of the content, where the last member does not say. */
  async findSize(): Promise<number> {
    const last = (await this.#allMembers()).at(-1);
    return last === undefined ? (this.#foreign?.length ?? 0) : last.offset + last.size;
  }

  async read(offset: number, length: number, room?: Buffer): Promise<Buffer> {
    const members = await this.#allMembers();
    const found = room !== undefined && room.length >= length ? room.subarray(0, length) : Buffer.allocUnsafe(length);
    // what no member gives is zeros
    let end = offset;
    for (const member of members) {
      const from = Math.max(offset, member.offset);
      const to = Math.min(offset + length, member.offset + member.size);
      if (from >= to) continue;
      if (from > end) found.fill(0, end - offset, from - offset);
      const content = await this.#unpack(member);
      if (content === undefined) found.fill(0, from - offset, to - offset);
      else content.copy(found, from - offset, from - member.offset, to - member.offset);
      end = Math.max(end, to);
    }
    found.fill(0, end - offset);
    this.#foreign?.copy(found, 0, offset, offset + length);
    return found;
  }

  async #unpack(member: Member): Promise<Buffer | undefined> {
    if (this.#last?.at === member.at) return this.#last.content;
    const bytes = await this.#bytes(member.at, member.fileBytes);
    const content = bytes.length === member.fileBytes ? unpackMember(bytes, member) : undefined;
    this.#last = { at: member.at, content };
    return content;
  }

  async #allMembers(): Promise<readonly Member[]> {
    if (this.#members !== undefined) return this.#members;
    const members: Member[] = [];
    for (let at = 0; at < this.#fileBytes; ) {
      const head = readHead(await this.#bytes(at, HEAD_BYTES));
      if (head === undefined) {
        at = await this.#nextBeginning(at + 1);
        continue;
      }
      members.push({ at, ...head });
      at += head.fileBytes;
    }
    if (members.length === 0) this.#foreign = await this.#readForeign();
    this.#members = members;
    return members;
  }

  /** Where the next data member begins, after bytes that are not one. */
  async #nextBeginning(from: number): Promise<number> {
    for (let at = from; at < this.#fileBytes; at += SEARCH_STEP) {
      const bytes = await this.#bytes(at, SEARCH_STEP + DATA_BEGINNING.length);
      const found = bytes.indexOf(DATA_BEGINNING);
      if (found >= 0) return at + found;
    }
    return this.#fileBytes;
  }

  /** Bytes of the file; fewer only at its end. */
  async #bytes(at: number, length: number): Promise<Buffer> {
    if (this.#fileBytes > AT_ONCE_MAX_BYTES) return await readFrom(this.#file, at, length);
    this.#whole ??= await readFrom(this.#file, 0, this.#fileBytes);
    return this.#whole.subarray(at, at + length);
  }

  async #readForeign(): Promise<Buffer | undefined> {
    if (this.#fileBytes > FOREIGN_MAX_BYTES) return undefined;
    try {
      return gunzipSync(await readFrom(this.#file, 0, this.#fileBytes), { maxOutputLength: FOREIGN_MAX_BYTES });
    } catch {
      return undefined;
    }
  }
}
