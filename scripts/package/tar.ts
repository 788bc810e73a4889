/**
 * Writes POSIX ustar archives: same entries, same bytes.
 *
 * @module
 */
import type { Entry } from "./entries.ts";

const BLOCK = 512;
const TYPES = { file: "0", folder: "5", link: "2" } as const;

/**
 * @param seconds the time of every file, since 1970
 * @throws Error when a path does not fit: 100 bytes of name, 155 of folders before it
 */
export function tarArchive(entries: readonly Entry[], seconds: number): Buffer {
  const pieces = entries.flatMap((entry) => {
    const header = tarHeader(entry, seconds);
    return entry.kind === "file" ? [header, entry.content, padding(entry.content.length)] : [header];
  });
  return Buffer.concat([...pieces, Buffer.alloc(2 * BLOCK)]);
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

function tarHeader(entry: Entry, seconds: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const [prefix, name] = splitPath(entry.kind === "folder" ? `${entry.path}/` : entry.path);
  header.write(name, 0);
  writeOctal(header, entry.mode, { at: 100, digits: 7 });
  writeOctal(header, 0, { at: 108, digits: 7 });
  writeOctal(header, 0, { at: 116, digits: 7 });
  writeOctal(header, entry.kind === "file" ? entry.content.length : 0, { at: 124, digits: 11 });
  writeOctal(header, seconds, { at: 136, digits: 11 });
  header.fill(" ", 148, 156);
  header.write(TYPES[entry.kind], 156);
  if (entry.kind === "link") {
    if (entry.content.length > 100) throw new Error(`${entry.path} links to a path that is too long for an archive`);
    entry.content.copy(header, 157);
  }
  header.write("ustar\u000000", 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  writeOctal(header, sum, { at: 148, digits: 6 });
  header[154] = 0;
  return header;
}

function writeOctal(header: Buffer, value: number, { at, digits }: { at: number; digits: number }): void {
  const text = value.toString(8).padStart(digits, "0");
  if (text.length > digits) throw new Error(`${value} does not fit in an archive's header`);
  header.write(text, at);
}

/** Folders of a path that go in the prefix, and the rest. */
function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  for (let at = path.indexOf("/"); at !== -1 && at < path.length - 1; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return [prefix, name];
  }
  throw new Error(`${path} is too long for an archive`);
}
