/**
 * The 100-byte header of a SQLite database, and the first byte of its rollback journal.
 *
 * Source of the format: https://www.sqlite.org/fileformat2.html, sections 1.3 and 3.
 *
 * @module
 */
import { databaseError } from "../database-errors.ts";

export const HEADER_BYTES = 100;
/** The first bytes of a write-ahead log, before its frames. */
export const WAL_HEADER_BYTES = 32;
const MAGIC = "SQLite format 3\0";

export interface DatabaseHeader {
  /** Bytes, a power of two from 512 to 65,536. */
  readonly pageSize: number;
  /** True when the database is in WAL mode: the read version is 2. */
  readonly walMode: boolean;
  readonly changeCounter: number;
  /** Pages, when the field is valid: written by the same change as the change counter. */
  readonly pageCount: number | undefined;
}

/** What the first bytes of a file are. */
export type HeaderReading =
  | { readonly kind: "header"; readonly header: DatabaseHeader }
  /** No bytes at all: to SQLite this is a database without tables. */
  | { readonly kind: "empty" }
  | { readonly kind: "foreign" }
  | { readonly kind: "truncated"; readonly bytes: number }
  | { readonly kind: "corrupt"; readonly reason: string };

/** Reads the header from the first bytes of a file (up to 100). Pure; never throws. */
export function readHeader(bytes: Uint8Array): HeaderReading {
  if (bytes.length === 0) return { kind: "empty" };
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAGIC.length)).toString("latin1");
  if (!MAGIC.startsWith(start)) return { kind: "foreign" };
  if (bytes.length < HEADER_BYTES) return { kind: "truncated", bytes: bytes.length };
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const pageSize = decodePageSize(view.getUint16(16));
  if (pageSize === undefined)
    return { kind: "corrupt", reason: `its header names a page size of ${view.getUint16(16)}` };
  const version = view.getUint8(19);
  if (version !== 1 && version !== 2) return { kind: "corrupt", reason: `its header names read version ${version}` };
  const changeCounter = view.getUint32(24);
  const pageCount = view.getUint32(28);
  const valid = pageCount > 0 && view.getUint32(92) === changeCounter;
  const header = { pageSize, walMode: version === 2, changeCounter, pageCount: valid ? pageCount : undefined };
  return { kind: "header", header };
}

/** A page size as databases store it in two bytes (1 stands for 65,536); undefined when it is not one. */
function decodePageSize(stored: number): number | undefined {
  return stored === 1 ? 65_536 : checkedPageSize(stored);
}

/** The page size, if it is one that SQLite knows. */
export function checkedPageSize(size: number): number | undefined {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0 ? size : undefined;
}

/** Makes an image a database in rollback mode, so that an engine without a file system does not look for a `-wal`. */
export function markAsRollback(image: Uint8Array): void {
  if (image.length < HEADER_BYTES) return;
  image[18] = 1;
  image[19] = 1;
}

/** Gives a database the mode and the change counter it shall have; its page count counts as written with them. */
export function markAs(image: Uint8Array, walMode: boolean, changeCounter: number): void {
  const view = new DataView(image.buffer, image.byteOffset, HEADER_BYTES);
  view.setUint8(18, walMode ? 2 : 1);
  view.setUint8(19, walMode ? 2 : 1);
  view.setUint32(24, changeCounter >>> 0);
  view.setUint32(92, changeCounter >>> 0);
}

/** True when two databases differ in more than change counter, mode, and the version of the SQLite that wrote them. */
export function differ(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return true;
  const ranges = [
    [0, 18],
    [20, 24],
    [28, 92],
    [HEADER_BYTES, Math.max(HEADER_BYTES, left.length)],
  ] as const;
  return ranges.some(([from, to]) => Buffer.compare(left.subarray(from, to), right.subarray(from, to)) !== 0);
}

/** The change counter of a header. */
export function changeCounterOf(header: Uint8Array): number {
  return header.length < 28 ? 0 : new DataView(header.buffer, header.byteOffset, 28).getUint32(24);
}

/** The error for a first page that is not one. */
export function headerError(path: string, reading: Exclude<ReturnType<typeof readHeader>, { kind: "header" }>) {
  if (reading.kind === "corrupt") return databaseError(path, reading.reason, { code: "DB_CORRUPT" });
  if (reading.kind === "truncated") {
    return databaseError(path, `it ends after ${reading.bytes} bytes, within its own header`, { code: "DB_CORRUPT" });
  }
  return databaseError(path, "it does not begin like a SQLite database", { code: "DB_NOT_A_DATABASE" });
}
