/**
 * The few fields we need of a line of ndjson, found without reading the rest of it.
 *
 * Inside a text of JSON a quotation mark is always escaped, so `"timestamp":"` with bare ones can only be the key. A line
 * that is written in another way (spaces, other types) is parsed as a whole.
 *
 * @module
 */

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
export function jsonFields(bytes: Buffer, start: number, end: number): Fields | "other" | undefined {
  if (bytes[end - 1] !== CLOSING) return undefined;
  // as bytes: places in this text are places in the buffer
  const line = bytes.toString("latin1", start, end);
  if (!line.includes(SUBSYSTEM)) return wholeFields(bytes.toString("utf8", start, end));
  const timestamp = textAt(line, TIMESTAMP);
  const messageAt = line.indexOf(MESSAGE);
  if (timestamp === undefined || messageAt < 0) return wholeFields(bytes.toString("utf8", start, end));
  const from = messageAt + MESSAGE.length;
  const to = textEnd(line, from);
  // two halves in one line, where a writer died
  if (to < 0 || line.includes(TIMESTAMP, line.indexOf(TIMESTAMP) + 1)) return undefined;
  const message = decoded(bytes, line, start, from, to);
  if (message === undefined) return undefined;
  const boot = textAt(line, BOOT);
  return {
    timestamp,
    message,
    boot: boot !== undefined && boot.length <= MAX_BOOT ? boot : undefined,
    ticks: digitsAt(line),
  };
}

/** A text without escapes after a key, as its beginning is written. */
function textAt(line: string, key: string): string | undefined {
  const at = line.indexOf(key);
  if (at < 0) return undefined;
  const from = at + key.length;
  const to = line.indexOf('"', from);
  return to < 0 ? undefined : line.slice(from, to);
}

function digitsAt(line: string): string | undefined {
  const at = line.indexOf(TICKS);
  if (at < 0) return undefined;
  const from = at + TICKS.length;
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

function decoded(bytes: Buffer, line: string, start: number, from: number, to: number): string | undefined {
  const plain = line.slice(from, to);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes that stand for themselves
  const text = /^[\x00-\x7f]*$/.test(plain) ? plain : bytes.toString("utf8", start + from, start + to);
  return text.includes("\\") ? unescapedText(text) : text;
}

function unescapedText(text: string): string | undefined {
  // the only escape of most lines: the system writes each slash with one
  const slashes = text.replaceAll("\\/", "/");
  if (!slashes.includes("\\")) return slashes;
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
