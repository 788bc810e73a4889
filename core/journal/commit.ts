/**
 * The commit mark: the line that makes the lines before it count.
 *
 * A batch is its lines, then `#commit {…}`. The mark carries the number and CRC-32 of the bytes of the batch, the cursor
 * of every source, and the span of times its segment holds so far, so that there is no second file which could
 * disagree. `#` begins a comment in line protocol: a segment can be read, searched and imported as it is.
 *
 * @module
 */
import { crc32 } from "node:zlib";

/** A cursor, as its owner wrote it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Cursors by name of their source. */
export type Cursors = Readonly<Record<string, Json>>;

/** Oldest and newest time among lines, Unix milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The span that holds both. */
export function joinSpans(a: Span | undefined, b: Span | undefined): Span | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs: Math.max(a.toMs, b.toMs) };
}

/** What a mark says. */
export interface Commit {
  /** Bytes of the batch before the mark. */
  readonly bytes: number;
  readonly lines: number;
  /** When it was written, Unix milliseconds. */
  readonly at: number;
  /** Of all lines of the segment up to here; undefined while it holds none. */
  readonly span: Span | undefined;
  readonly cursors: Cursors;
}

/** What is of use of the last mark of a segment. */
export type KnownCommit = Pick<Commit, "at" | "cursors" | "span">;

/** When a segment was written last, and the times of its lines. */
export type WrittenWhen = Pick<Commit, "at" | "span">;

/** A mark as read: what it says, and what it was signed with. */
export interface ReadCommit extends Commit {
  readonly crc: number;
}

const PREFIX = "#commit ";
const ZERO = 0x30;
/** A double holds them exactly. */
const MOST_DIGITS = 15;

/** The bytes every mark begins with. */
export const COMMIT_PREFIX = Buffer.from(PREFIX);

/** The mark for a batch, with its newline. */
export function commitLine(batch: Uint8Array, commit: Omit<Commit, "bytes">): string {
  const { lines, at, span, cursors } = commit;
  const said = {
    v: 1,
    bytes: batch.length,
    lines,
    at,
    span: span === undefined ? null : [span.fromMs, span.toMs],
    cursors,
  };
  const body = JSON.stringify(said);
  return `${PREFIX}${checksum(crc32(batch), body)} ${body}\n`;
}

/** The mark a line holds (without its newline), or undefined when the line is not a whole mark. */
export function parseCommit(line: string): ReadCommit | undefined {
  const [, crc, body = ""] = /^#commit (\d{1,10}) (\{.*\})$/.exec(line) ?? [];
  let said: Record<string, unknown>;
  try {
    // an object, as it lies in braces, where it is JSON at all
    said = JSON.parse(body);
  } catch {
    return undefined;
  }
  return readCommit(said, Number(crc));
}

/** Whether a line is the mark that was written for bytes of this CRC-32; their number is the mark's own. */
export function commitMatches(line: string, commit: ReadCommit, batchCrc: number): boolean {
  return checksum(batchCrc, line.slice(line.indexOf("{"))) === commit.crc;
}

/** What a scan must know of a mark, without reading its cursors. */
export interface MarkHead {
  readonly crc: number;
  readonly bytes: number;
  readonly at: number;
  /** Where its JSON begins in the line. */
  readonly bodyAt: number;
}

/** What comes between the numbers of a mark's head. */
const BEFORE_BYTES = Buffer.from(' {"v":1,"bytes":');
const BEFORE_LINES = Buffer.from(',"lines":');
const BEFORE_AT = Buffer.from(',"at":');
const AFTER_AT = Buffer.from(",");
const PARTS = [BEFORE_BYTES, BEFORE_LINES, BEFORE_AT, AFTER_AT];

/**
 * The head of the mark a line holds (without its newline), or undefined when it is not one of ours. On bytes: there are
 * thousands in a segment.
 */
export function markHead(line: Buffer): MarkHead | undefined {
  const numbers = [0, 0, 0, 0];
  let at = PREFIX.length;
  let bodyAt = 0;
  for (let part = 0; part < PARTS.length; part++) {
    const first = at;
    let value = 0;
    for (let digit = (line[at] ?? 0) - ZERO; digit >= 0 && digit <= 9; digit = (line[at] ?? 0) - ZERO) {
      value = value * 10 + digit;
      at++;
    }
    if (at === first || at - first > MOST_DIGITS) return undefined;
    numbers[part] = value;
    if (part === 0) bodyAt = at + 1;
    const following = PARTS[part] ?? AFTER_AT;
    for (let i = 0; i < following.length; i++) if (line[at + i] !== following[i]) return undefined;
    at += following.length;
  }
  const [crc = 0, bytes = 0, , written = 0] = numbers;
  return { crc, bytes, at: written, bodyAt };
}

/** Whether a line is the mark that was written for bytes of this CRC-32. */
export function headMatches(line: Buffer, head: MarkHead, batchCrc: number): boolean {
  return crc32(line.subarray(head.bodyAt), batchCrc) === head.crc;
}

/** CRC-32 over the batch, given by its own, and the text of the mark itself. */
function checksum(batchCrc: number, body: string): number {
  return crc32(body, batchCrc);
}

function readCommit(said: Record<string, unknown>, crc: number): ReadCommit | undefined {
  const { v, bytes, lines, at, span, cursors } = said;
  if (v !== 1 || !isWhole(bytes) || !isWhole(lines) || !isWhole(at)) return undefined;
  if (typeof cursors !== "object" || cursors === null || Array.isArray(cursors)) return undefined;
  const times = readSpan(span);
  if (times === false) return undefined;
  return { bytes, lines, at, span: times, cursors: cursors as Cursors, crc };
}

function readSpan(value: unknown): Span | undefined | false {
  if (value === null) return undefined;
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [fromMs, toMs] = value as unknown[];
  return isWhole(fromMs) && isWhole(toMs) ? { fromMs, toMs } : false;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
