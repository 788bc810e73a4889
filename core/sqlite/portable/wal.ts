/**
 * Reads a SQLite write-ahead log: which pages are committed, and where each one's newest version lies.
 *
 * A frame counts when its salts equal the header's, the checksum chain holds up to it, and a commit frame follows or is
 * it. Everything after the last such commit frame is not there. Source: https://www.sqlite.org/fileformat2.html#walformat.
 *
 * @module
 */
import { checkedPageSize, WAL_HEADER_BYTES } from "../file/file.ts";

const FRAME_HEADER_BYTES = 24;

const MAGIC_LITTLE = 0x377f0682;
const MAGIC_BIG = 0x377f0683;
const FORMAT = 3_007_000;

export interface WalHeader {
  readonly pageSize: number;
  readonly salt1: number;
  readonly salt2: number;
  /** The byte order in which checksums are computed; all numbers are stored big-endian. */
  readonly littleEndianSums: boolean;
  readonly sum: Checksum;
}

type Checksum = readonly [number, number];

/** What the log commits. */
export interface CommittedWal {
  /** Page number (from 1) to the byte offset of its newest committed content in the log. */
  readonly pages: ReadonlyMap<number, number>;
  /** Size of the database in pages after the last commit; 0 when nothing is committed. */
  readonly databasePages: number;
  /** Frames up to and including the last commit frame. */
  readonly frames: number;
}

/** The header of a log; undefined when it is not one (SQLite ignores such a log). Pure. */
export function readWalHeader(bytes: Uint8Array): WalHeader | undefined {
  if (bytes.length < WAL_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, WAL_HEADER_BYTES);
  const magic = view.getUint32(0);
  if (magic !== MAGIC_LITTLE && magic !== MAGIC_BIG) return undefined;
  const littleEndianSums = magic === MAGIC_LITTLE;
  const pageSize = checkedPageSize(view.getUint32(8));
  const sum = checksum(view, 0, 24, littleEndianSums, [0, 0]);
  const whole = sum[0] === view.getUint32(24) && sum[1] === view.getUint32(28);
  if (pageSize === undefined || !whole || view.getUint32(4) !== FORMAT) return undefined;
  return { pageSize, salt1: view.getUint32(16), salt2: view.getUint32(20), littleEndianSums, sum };
}

/** Takes a log frame by frame, in order. Feed whole frames until `take` returns false, then ask for `committed`. */
export class WalScanner {
  readonly frameBytes: number;
  readonly #header: WalHeader;
  readonly #pages = new Map<number, number>();
  #pending: [page: number, offset: number][] = [];
  #sum: Checksum;
  #frame = 0;
  #frames = 0;
  #databasePages = 0;

  constructor(header: WalHeader) {
    this.#header = header;
    this.#sum = header.sum;
    this.frameBytes = FRAME_HEADER_BYTES + header.pageSize;
  }

  /** Takes the whole frames in a chunk that starts at a frame; false when the valid part of the log has ended. */
  take(chunk: Uint8Array): boolean {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at + this.frameBytes <= chunk.length; at += this.frameBytes) {
      if (!this.#takeFrame(view, at)) return false;
    }
    return true;
  }

  #takeFrame(view: DataView, at: number): boolean {
    const { salt1, salt2, littleEndianSums, pageSize } = this.#header;
    const page = view.getUint32(at);
    if (page === 0 || view.getUint32(at + 8) !== salt1 || view.getUint32(at + 12) !== salt2) return false;
    const head = checksum(view, at, 8, littleEndianSums, this.#sum);
    const sum = checksum(view, at + FRAME_HEADER_BYTES, pageSize, littleEndianSums, head);
    if (sum[0] !== view.getUint32(at + 16) || sum[1] !== view.getUint32(at + 20)) return false;
    this.#sum = sum;
    this.#pending.push([page, WAL_HEADER_BYTES + this.#frame * this.frameBytes + FRAME_HEADER_BYTES]);
    this.#frame += 1;
    const databasePages = view.getUint32(at + 4);
    if (databasePages !== 0) this.#commit(databasePages);
    return true;
  }

  #commit(databasePages: number): void {
    for (const [page, offset] of this.#pending) this.#pages.set(page, offset);
    this.#pending = [];
    this.#databasePages = databasePages;
    this.#frames = this.#frame;
  }

  committed(): CommittedWal {
    return { pages: this.#pages, databasePages: this.#databasePages, frames: this.#frames };
  }
}

/** SQLite's cumulative checksum over a multiple of eight bytes. */
function checksum(view: DataView, start: number, length: number, littleEndian: boolean, from: Checksum): Checksum {
  let [first, second] = from;
  for (let at = start; at < start + length; at += 8) {
    first = (first + view.getUint32(at, littleEndian) + second) >>> 0;
    second = (second + view.getUint32(at + 4, littleEndian) + first) >>> 0;
  }
  return [first, second];
}
