/**
 * The text of macOS 10.13.0 to 10.15.3: an old-style property list, behind `Built-in caching server status:` in the first
 * and `Content caching status:` in later ones. It is recognised by its shape, a brace and the first key with its `=`.
 *
 * @module
 */
import { LIMITS, type Raw, type RawMap, unreadableStatus } from "./raw.ts";

const HEADER = /[Cc]aching (?:server )?status:\s*(?=\{)/;
const START = /\{(?=\s*(?:"[^"\n]{1,256}"|\w{1,64}) = )/;

interface Reader {
  readonly text: string;
  readonly place: string;
  at: number;
  entries: number;
}

/**
 * The status in an output, or undefined when it is not of this form.
 * @throws LarderError `STATUS_INCOMPLETE` where it breaks off or breaks the form, `STATUS_HOSTILE` past the limits.
 */
export function parsePlistForm(text: string, place: string): RawMap | undefined {
  const header = HEADER.exec(text);
  const start = header === null ? START.exec(text)?.index : header.index + header[0].length;
  if (start === undefined) return undefined;
  const reader: Reader = { text, place, at: start, entries: 0 };
  const value = readValue(reader, LIMITS.depth);
  return value instanceof Map ? value : undefined;
}

function readValue(reader: Reader, depth: number): Raw {
  if (depth === 0) throw unreadableStatus(reader.place, "it is nested too deep", { code: "STATUS_HOSTILE" });
  if (++reader.entries > LIMITS.entries)
    throw unreadableStatus(reader.place, "it has too many values", { code: "STATUS_HOSTILE" });
  if (take(reader, "{")) return readMap(reader, depth);
  if (take(reader, "(")) return readList(reader, depth);
  return readWord(reader);
}

function readMap(reader: Reader, depth: number): Raw {
  const map = new Map<string, Raw>();
  while (!take(reader, "}")) {
    const key = readWord(reader);
    expect(reader, "=");
    map.set(key, readValue(reader, depth - 1));
    expect(reader, ";");
  }
  return map;
}

function readList(reader: Reader, depth: number): Raw {
  const list: Raw[] = [];
  while (!take(reader, ")")) {
    list.push(readValue(reader, depth - 1));
    if (take(reader, ",")) continue;
    expect(reader, ")");
    break;
  }
  return list;
}

/** A bare word, or a quoted one with backslash escapes. */
function readWord(reader: Reader): string {
  skipSpace(reader);
  const pattern = /"((?:[^"\\]|\\.)*)"|[\w.:/+-]+/sy;
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found === null) throw broken(reader);
  reader.at += found[0].length;
  return (
    found[1]?.replaceAll(/\\(?:U([0-9a-fA-F]{4})|(.))/gs, (_, hex?: string, plain?: string) => {
      return hex === undefined ? (plain ?? "") : String.fromCharCode(Number.parseInt(hex, 16));
    }) ?? found[0]
  );
}

function take(reader: Reader, sign: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== sign) return false;
  reader.at++;
  return true;
}

function expect(reader: Reader, sign: string): void {
  if (!take(reader, sign)) throw broken(reader);
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? "x")) reader.at++;
}

function broken(reader: Reader): Error {
  const rest = reader.text.slice(reader.at, reader.at + 20).replaceAll(/\s+/g, " ");
  const said = rest === "" ? "it ends in the middle of its list" : `it is not a property list at "${rest}"`;
  return unreadableStatus(reader.place, said, { code: "STATUS_INCOMPLETE" });
}
