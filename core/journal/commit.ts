/**
 * The commit mark: the line that makes the lines before it count.
 *
 * A batch is its lines, then `#commit {…}`. The mark carries the number and CRC-32 of the bytes of the batch and the
 * cursor of every source, so that there is no second file which could disagree. `#` begins a comment in line protocol:
 * a segment can be read, searched and imported as it is.
 *
 * @module
 */
import { crc32 } from "node:zlib";

/** A cursor, as its owner wrote it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Cursors by name of their source. */
export type Cursors = Readonly<Record<string, Json>>;

/** What a mark says. */
export interface Commit {
  /** Version of the format. */
  readonly v: 1;
  /** Bytes of the batch before the mark. */
  readonly bytes: number;
  readonly lines: number;
  /** CRC-32 of these bytes, chained over the text of `cursors`. */
  readonly crc: number;
  /** When it was written, Unix milliseconds. */
  readonly at: number;
  readonly cursors: Cursors;
}

const PREFIX = "#commit ";

/** The bytes every mark begins with. */
export const COMMIT_PREFIX = Buffer.from(PREFIX, "latin1");

/** The mark for a batch, with its newline. */
export function commitLine(batch: Uint8Array, lines: number, at: number, cursors: Cursors): string {
  const commit: Commit = { v: 1, bytes: batch.length, lines, crc: checksum(batch, at, cursors), at, cursors };
  return `${PREFIX}${JSON.stringify(commit)}\n`;
}

/** The mark a line holds, or undefined when the line is no whole mark. */
export function parseCommit(line: string): Commit | undefined {
  if (!line.startsWith(PREFIX)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line.slice(PREFIX.length));
  } catch {
    return undefined;
  }
  return isCommit(value) ? value : undefined;
}

/** Whether the bytes are those the mark was written for. */
export function commitMatches(commit: Commit, batch: Uint8Array): boolean {
  return batch.length === commit.bytes && checksum(batch, commit.at, commit.cursors) === commit.crc;
}

function checksum(batch: Uint8Array, at: number, cursors: Cursors): number {
  return crc32(JSON.stringify([at, cursors]), crc32(batch));
}

function isCommit(value: unknown): value is Commit {
  if (typeof value !== "object" || value === null) return false;
  const commit = value as Record<string, unknown>;
  const numbers = [commit["bytes"], commit["lines"], commit["crc"], commit["at"]];
  return (
    commit["v"] === 1 &&
    numbers.every((number) => Number.isSafeInteger(number)) &&
    typeof commit["cursors"] === "object" &&
    commit["cursors"] !== null &&
    !Array.isArray(commit["cursors"])
  );
}
