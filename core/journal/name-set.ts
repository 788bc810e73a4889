/**
 * Which measurements a segment or a part of it may hold, in 64 bits: a reader that wants none of them need not unpack it.
 *
 * Each name sets one bit, so that "not there" is certain and "there" is likely. Written into packed segments (see
 * `gzip-members.ts`): events of a year are then found without reading the year.
 *
 * @module
 */
import { crc32 } from "node:zlib";

/** A set of names; every name in it is known to it, and a few others are too. */
export type NameSet = bigint;

/** What may hold anything. */
export const EVERY_NAME: NameSet = 0xffff_ffff_ffff_ffffn;

const NEWLINE = 0x0a;
const HASH = 0x23;
const COMMA = 0x2c;
const SPACE = 0x20;

/** The bit of a name. */
function bitOf(name: string | Uint8Array): bigint {
  // the upper bits of a CRC of short texts differ the most
  return 1n << BigInt(crc32(name) >>> 26);
}

/** Whether a name may be in a set. */
export function mayHold(set: NameSet, name: string): boolean {
  return (set & bitOf(name)) !== 0n;
}

/** The names of the lines of a segment, and of each of its parts of one size. */
export class NameCollector {
  set: NameSet = 0n;
  /**
   * By part: the names of lines that have a byte in it, the newline before them counted, so that a line at the very beginning
   * of a part is looked for in the part before as well.
   */
  readonly parts: NameSet[] = [];
  readonly #partBytes: number;
  readonly #bits = new Map<string, NameSet>();
  #rest: Buffer = Buffer.alloc(0);
  /** Where the rest begins. */
  #at = 0;

  constructor(partBytes = Number.POSITIVE_INFINITY) {
    this.#partBytes = partBytes;
  }

  /** @param bytes the next of the content; lines may be cut between two */
  add(bytes: Buffer): void {
    const joined = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let start = 0;
    for (let newline = joined.indexOf(NEWLINE); newline >= 0; newline = joined.indexOf(NEWLINE, start)) {
      if (joined[start] !== HASH) this.#addName(joined, start, newline);
      start = newline + 1;
    }
    this.#rest = Buffer.from(joined.subarray(start));
    this.#at += start;
  }

  #addName(bytes: Buffer, start: number, lineEnd: number): void {
    let end = start;
    while (end < lineEnd && bytes[end] !== COMMA && bytes[end] !== SPACE) end++;
    const name = bytes.toString("latin1", start, end);
    let bit = this.#bits.get(name);
    if (bit === undefined) {
      // a name with an escaped comma or space in it is not one of ours: anything may be there
      bit = name.includes("\\") ? EVERY_NAME : bitOf(bytes.subarray(start, end));
      this.#bits.set(name, bit);
      this.set |= bit;
    }
    const last = this.#partOf(lineEnd);
    for (let part = this.#partOf(start - 1); part <= last; part++) this.parts[part] = (this.parts[part] ?? 0n) | bit;
  }

  #partOf(place: number): number {
    return Math.floor(Math.max(0, this.#at + place) / this.#partBytes);
  }
}
