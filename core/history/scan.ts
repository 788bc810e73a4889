/**
 * One pass over committed lines for many questions.
 *
 * Lines are looked at as bytes: the name before the tags and the time at the end decide, and only a line somebody asked
 * for becomes a text, in memory of its own.
 *
 * @module
 */
import type { Position } from "../journal/position.ts";
import { type JournalReader, openReader } from "../journal/reader.ts";
import { streamFolder } from "../journal/streams.ts";
import { type ParsedLine, parseLine } from "./parse-line.ts";

/** Lines somebody wants: of one measurement, in a span of time. */
export interface Wanted {
  readonly measurement: string;
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  take(line: ParsedLine): void;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

interface Search {
  readonly name: Buffer;
  readonly by: Wanted;
}

/**
 * Hands the lines of streams to those who want them, in the order written within a stream.
 * @param from by stream: only what was written at this position or later
 */
export async function scanLines(
  stateDir: string,
  streams: readonly string[],
  wanted: readonly Wanted[],
  from?: ReadonlyMap<string, Position>,
): Promise<void> {
  if (wanted.length === 0) return;
  const searches = wanted.map((by): Search => ({ name: Buffer.from(by.measurement), by }));
  for (const stream of streams) {
    await scanStream(openReader(streamFolder(stateDir, stream), stream), searches, from?.get(stream));
  }
}

async function scanStream(
  reader: JournalReader,
  searches: readonly Search[],
  from: Position | undefined,
): Promise<void> {
  for (const { number, span } of await reader.segments()) {
    if (span === undefined || (from !== undefined && number < from.segment)) continue;
    const here = searches.filter(({ by }) => span.fromMs < by.toMs && span.toMs >= by.fromMs);
    if (here.length === 0) continue;
    const offset = from?.segment === number ? from.offset : 0;
    for await (const bytes of reader.bytes(number, offset)) scanBytes(bytes, here);
  }
}

function scanBytes(bytes: Buffer, searches: readonly Search[]): void {
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    let line: ParsedLine | undefined;
    for (const { name, by } of searches) {
      if (!begins(bytes, at, name)) continue;
      const timeMs = timeOf(bytes, at, end);
      if (timeMs === undefined || timeMs < by.fromMs || timeMs >= by.toMs) continue;
      line ??= parseLine(bytes.toString("utf8", at, end));
      if (line !== undefined) by.take(line);
    }
    at = end + 1;
  }
}

/** Whether a line begins with a name that ends there. */
function begins(bytes: Buffer, at: number, name: Buffer): boolean {
  const end = at + name.length;
  const after = bytes[end];
  if (after !== COMMA && after !== SPACE) return false;
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}

/** The time at the end of a line. */
function timeOf(bytes: Buffer, start: number, end: number): number | undefined {
  let value = 0;
  let scale = 1;
  let at = end - 1;
  for (; at > start; at--) {
    const code = bytes[at] ?? 0;
    if (code < ZERO || code > NINE) break;
    value += (code - ZERO) * scale;
    scale *= 10;
  }
  if (at === end - 1) return undefined;
  return bytes[at] === MINUS ? -value : value;
}
