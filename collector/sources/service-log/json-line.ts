/**
 * The few fields we need of a line of ndjson, found without reading the rest of it.
 *
 * Inside a text of JSON a quotation mark is always escaped, so `"timestamp":"` with bare ones can only be the key. A line
 * that is written in another way (spaces, other types) is parsed as a whole.
 *
 * @module
 */

import type { Piece } from "./line-cutter.ts";
import { isInternal } from "./message.ts";

export interface Fields {
  readonly timestamp: string;
  readonly message: string;
  readonly boot: string | undefined;
  readonly ticks: string | undefined;
}

const SUBSYSTEM = '"subsystem":"com.apple.AssetCache"';
const MESSAGE = '"eventMessage":"';
const TIMESTAMP = '"timestamp":"';
const BOOT = '"bootUUID":"';
const TICKS = '"machTimestamp":';
const MAX_BOOT = 36;
const BACKSLASH = 0x5c;
const CLOSING = 0x7d;

/** The fields of a line; `other` for one that is not of the cache's log, undefined for what is not such a line. */
export function jsonFields({ bytes, text }: Piece, start: number, end: number): Fields | "other" | undefined {
  if (bytes[end - 1] !== CLOSING) return undefined;
  const line = text.slice(start, end);
  const messageAt = line.indexOf(MESSAGE);
  const from = messageAt + MESSAGE.length;
  const to = messageAt < 0 ? -1 : textEnd(line, from);
  // in the order the system writes them, so that a line is searched once
  const subsystemAt = find(line, SUBSYSTEM, to);
  const bootAt = find(line, BOOT, subsystemAt);
  const timestampAt = find(line, TIMESTAMP, bootAt);
  if (to < 0 || subsystemAt < 0 || timestampAt < 0) return wholeFields(bytes.toString("utf8", start, end));
  // two halves in one line, where a writer died
  if (line.indexOf(TIMESTAMP, timestampAt + 1) >= 0 || line.indexOf(TIMESTAMP) < timestampAt) return undefined;
  const message = decoded(bytes, line, { start, from, to });
  const timestamp = textAt(line, timestampAt + TIMESTAMP.length);
  if (message === undefined || timestamp === undefined) return undefined;
  const boot = bootAt < 0 ? undefined : textAt(line, bootAt + BOOT.length);
  const ticksAt = find(line, TICKS, timestampAt);
  return {
    timestamp,
    message,
    boot: boot !== undefined && boot.length <= MAX_BOOT ? boot : undefined,
    ticks: ticksAt < 0 ? undefined : digitsAt(line, ticksAt + TICKS.length),
  };
}

/**
 * Whether a line is one of those in which the program speaks of its own work: half of all, and where nobody wants to know
 * when they were written, they need not be read.
 */
export function isInternalLine({ bytes, text }: Piece, start: number, end: number): boolean {
  if (bytes[end - 1] !== CLOSING) return false;
  const line = text.slice(start, end);
  const messageAt = line.indexOf(MESSAGE);
  if (messageAt < 0 || !isInternal(line.slice(messageAt + MESSAGE.length))) return false;
  return line.indexOf(SUBSYSTEM, messageAt) > 0;
}

/** Where a key is, looked for from a place on, and then from the beginning. */
function find(line: string, key: string, from: number): number {
  const after = line.indexOf(key, from);
  return after >= 0 || from <= 0 ? after : line.indexOf(key);
}

/** A text without escapes that begins at a place. */
function textAt(line: string, from: number): string | undefined {
  const to = line.indexOf('"', from);
  return to < 0 ? undefined : line.slice(from, to);
}

function digitsAt(line: string, from: number): string | undefined {
  let to = from;
  while (to - from < 20 && isDigit(line.charCodeAt(to))) to++;
  return to === from ? undefined : line.slice(from, to);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Where a text ends: at the first quotation mark that is not escaped; -1 where it does not. */
function textEnd(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (line.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/** The text of a message. */
function decoded(
  bytes: Buffer,
  line: string,
  { start, from, to }: { readonly start: number; readonly from: number; readonly to: number },
): string | undefined {
  const plain = line.slice(from, to);
  // half of all lines are of the program's own work, and nobody reads on in them
  if (isInternal(plain)) return plain;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes that are taken literally
  const text = /^[\x00-\x7f]*$/.test(plain) ? plain : bytes.toString("utf8", start + from, start + to);
  return text.includes("\\") ? unescapedText(text) : text;
}

function unescapedText(text: string): string | undefined {
  // most lines have no other escapes: the system writes each slash with one
  if (!text.includes("\\\\")) {
    const plain = text.replace(/\\\//g, "/").replace(/\\"/g, '"');
    if (!plain.includes("\\")) return plain;
  }
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

/** The same from a line that has to be parsed whole. */
function wholeFields(line: string): Fields | "other" | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { subsystem, timestamp, eventMessage, bootUUID, machTimestamp } = value as Record<string, unknown>;
  if (subsystem !== "com.apple.AssetCache" || typeof timestamp !== "string") return "other";
  if (typeof eventMessage !== "string") return undefined;
  const ticks = Number.isSafeInteger(machTimestamp) ? String(machTimestamp) : undefined;
  return {
    timestamp,
    message: eventMessage,
    boot: typeof bootUUID === "string" && bootUUID.length <= MAX_BOOT ? bootUUID : undefined,
    ticks,
  };
}
