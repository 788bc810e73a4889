/**
 * The form of a packed segment: a gzip file any tool unpacks, in members of a quarter of a megabyte, so that a reader can
 * begin anywhere and damage stays where it is.
 *
 * The header of each member has an extra field, as RFC 1952 allows: `LD` with the bytes of the member, the bytes of its
 * content and where they begin in the segment. The last two members are empty: `LN` has a name set (`name-set.ts`) for each
 * member before it, so that a reader unpacks those alone that may hold what it wants; `LE` says what is known of the whole.
 * Each field ends with a CRC-32 of its own. Version 0.1 wrote no `LN`.
 *
 * @module
 */
import { promisify } from "node:util";
import { crc32, deflateRaw, inflateRawSync } from "node:zlib";
import type { Span } from "./commit.ts";
import { EVERY_NAME, type NameSet } from "./name-set.ts";

/** Content of each member but the last. */
export const MEMBER_BYTES = 256 * 1024;
/** gzip's own default, and nearly as small as its best. */
const LEVEL = 6;

/** A member, as its header has it. */
export interface MemberHead {
  /** The whole member in the file. */
  readonly fileBytes: number;
  /** Its content in the segment. */
  readonly offset: number;
  readonly size: number;
}

/** What is known of a packed segment without unpacking it. */
export interface PackedFacts {
  /** Bytes of its content; all of them are whole batches. */
  readonly size: number;
  readonly span: Span | undefined;
  /** When its last batch was written, Unix milliseconds. */
  readonly at: number;
  /** The measurements of its lines; undefined in one that version 0.1 packed. */
  readonly names: NameSet | undefined;
}

// magic, deflate, FEXTRA, no time, no flags, unknown system
const FIXED = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]);
const DATA_PAYLOAD = 16;
const END_PAYLOAD = 44;
/** Of the last member as version 0.1 wrote it, without names. */
const OLD_END_PAYLOAD = 36;
/** Bytes before the deflated content: the fixed part, the length of the extra field, and that of its one subfield. */
const BEFORE_PAYLOAD = FIXED.length + 2 + 4;
export const HEAD_BYTES = BEFORE_PAYLOAD + DATA_PAYLOAD;
const TRAILER_BYTES = 8;
const CRC_BYTES = 4;
/** zlib takes no smaller one. */
const LEAST_CHUNK_BYTES = 64;
const EMPTY_DEFLATE = Buffer.from([3, 0]);
const NAME_SET_BYTES = 8;
/** An extra field is no longer than 65,535 bytes. */
const MOST_NAME_SETS = 8000;
/** The whole last member, which may be shorter. */
export const END_BYTES = BEFORE_PAYLOAD + END_PAYLOAD + EMPTY_DEFLATE.length + TRAILER_BYTES;

/** What every data member begins with, for a reader that looks for the next one behind damage. */
export const DATA_BEGINNING = head("LD", DATA_PAYLOAD);
const END_BEGINNING = head("LE", END_PAYLOAD);
const OLD_END_BEGINNING = head("LE", OLD_END_PAYLOAD);

const deflate = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);

/** A member with content. */
export async function dataMember(content: Buffer, offset: number): Promise<Buffer> {
  const packed = await deflate(content, { level: LEVEL });
  const payload = Buffer.alloc(DATA_PAYLOAD);
  payload.writeUInt32LE(HEAD_BYTES + packed.length + TRAILER_BYTES, 0);
  payload.writeUInt32LE(content.length, 4);
  payload.writeUInt32LE(offset, 8);
  return Buffer.concat([DATA_BEGINNING, signed(payload), packed, trailer(content)]);
}

/** The last member. */
export function endMember({ size, span, at, names }: PackedFacts): Buffer {
  const payload = Buffer.alloc(END_PAYLOAD);
  payload.writeDoubleLE(size, 0);
  payload.writeDoubleLE(span?.fromMs ?? Number.NaN, 8);
  payload.writeDoubleLE(span?.toMs ?? Number.NaN, 16);
  payload.writeDoubleLE(at, 24);
  payload.writeBigUInt64LE(names ?? EVERY_NAME, 32);
  return Buffer.concat([END_BEGINNING, signed(payload), EMPTY_DEFLATE, trailer(Buffer.alloc(0))]);
}

/** The member before the last: the names in each data member. Undefined where they are too many for it. */
export function namesMember(sets: readonly NameSet[]): Buffer | undefined {
  if (sets.length > MOST_NAME_SETS) return undefined;
  const payload = Buffer.alloc(namesPayload(sets.length));
  for (const [i, set] of sets.entries()) payload.writeBigUInt64LE(set, NAME_SET_BYTES * i);
  return Buffer.concat([head("LN", payload.length), signed(payload), EMPTY_DEFLATE, trailer(Buffer.alloc(0))]);
}

function namesPayload(count: number): number {
  return NAME_SET_BYTES * count + CRC_BYTES;
}

/** Bytes of the member of names, up to the end of its field. */
export function namesBytes(count: number): number {
  return BEFORE_PAYLOAD + namesPayload(count);
}

/** Reads the names of so many members; undefined when it is not the member of names, or changed. */
export function readNames(bytes: Buffer, count: number): NameSet[] | undefined {
  const length = namesPayload(count);
  const payload = count > MOST_NAME_SETS ? undefined : payloadOf(bytes, head("LN", length), length);
  if (payload === undefined) return undefined;
  return Array.from({ length: count }, (_, i) => payload.readBigUInt64LE(NAME_SET_BYTES * i));
}

/** Reads the head of a data member; undefined when it is not one, or changed. */
export function readHead(bytes: Buffer): MemberHead | undefined {
  const payload = payloadOf(bytes, DATA_BEGINNING, DATA_PAYLOAD);
  if (payload === undefined) return undefined;
  return { fileBytes: payload.readUInt32LE(0), size: payload.readUInt32LE(4), offset: payload.readUInt32LE(8) };
}

/** Reads the last member at the end of these bytes; undefined when it is not one, or changed. */
export function readEnd(bytes: Buffer): PackedFacts | undefined {
  const payload = payloadOf(bytes, END_BEGINNING, END_PAYLOAD);
  if (payload !== undefined) return { ...factsOf(payload), names: payload.readBigUInt64LE(32) };
  const old = payloadOf(bytes.subarray(END_PAYLOAD - OLD_END_PAYLOAD), OLD_END_BEGINNING, OLD_END_PAYLOAD);
  return old === undefined ? undefined : { ...factsOf(old), names: undefined };
}

function factsOf(payload: Buffer): Omit<PackedFacts, "names"> {
  const [size = 0, fromMs = 0, toMs = 0, at = 0] = [0, 8, 16, 24].map((place) => payload.readDoubleLE(place));
  return { size, span: Number.isNaN(fromMs) ? undefined : { fromMs, toMs }, at };
}

/** The content of a member, if it is what was packed by gzip's own checksum. */
export function unpackChecked(member: Buffer, head: MemberHead): Buffer | undefined {
  const content = unpackMember(member, head);
  if (content === undefined || member.readUInt32LE(member.length - TRAILER_BYTES) !== crc32(content)) return undefined;
  return content;
}

/** The content of a member; undefined when it cannot be unpacked into what its head says. */
export function unpackMember(member: Buffer, { size }: MemberHead): Buffer | undefined {
  if (size > MEMBER_BYTES) return undefined;
  try {
    const content = inflateRawSync(member.subarray(HEAD_BYTES, member.length - TRAILER_BYTES), {
      maxOutputLength: Math.max(1, size),
      // at once, with a byte to spare that shows the end: in pieces of 16 kB, which is the default, it takes three times as long
      chunkSize: Math.max(LEAST_CHUNK_BYTES, size + 1),
    });
    return content.length === size ? content : undefined;
  } catch {
    return undefined;
  }
}

function head(id: string, payloadBytes: number): Buffer {
  const lengths = Buffer.alloc(6);
  lengths.writeUInt16LE(4 + payloadBytes, 0);
  lengths.write(id, 2);
  lengths.writeUInt16LE(payloadBytes, 4);
  return Buffer.concat([FIXED, lengths]);
}

/** A payload with the CRC-32 of all before it in its last four bytes. */
function signed(payload: Buffer): Buffer {
  payload.writeUInt32LE(crc32(payload.subarray(0, -4)), payload.length - 4);
  return payload;
}

function payloadOf(bytes: Buffer, beginning: Buffer, length: number): Buffer | undefined {
  if (bytes.length < beginning.length + length || !bytes.subarray(0, beginning.length).equals(beginning)) {
    return undefined;
  }
  const payload = bytes.subarray(beginning.length, beginning.length + length);
  return payload.readUInt32LE(length - 4) === crc32(payload.subarray(0, -4)) ? payload : undefined;
}

function trailer(content: Buffer): Buffer {
  const bytes = Buffer.alloc(TRAILER_BYTES);
  bytes.writeUInt32LE(crc32(content), 0);
  bytes.writeUInt32LE(content.length, 4);
  return bytes;
}
