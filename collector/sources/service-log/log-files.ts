/**
 * The files of a log: the one that is written, and those that were rotated beside it.
 *
 * A file is known again by what it begins with and by what came before our place in it, not by its name or number: it may
 * be renamed, copied and emptied, or compressed while we are away.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type FileHandle, readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { createGunzip } from "node:zlib";
import { streamCommand } from "../../../core/cache/cache.ts";
import { errorCode, errorText } from "../../../core/errors.ts";
import { openRegular } from "../../../core/regular-file.ts";

/** A place in a file, and what the file is known by. */
export interface FilePlace {
  /** Bytes of whole lines read, of the plain text. */
  readonly offset: number;
  /** Digest of the first `headBytes`. */
  readonly head: string;
  readonly headBytes: number;
  /** Digest of the bytes before the offset; undefined where they were not looked at. */
  readonly tail: string | undefined;
}

/** A file to read. */
export interface LogFile {
  readonly path: string;
  readonly from: number;
  /** Nothing more is written to it: what comes after its last newline is a line. */
  readonly closed: boolean;
}

const HEAD_BYTES = 1024;
const TAIL_BYTES = 256;
const PIECE_BYTES = 64 * 1024;
const MAX_ROTATED = 400;
/** A day's log takes seconds. */
const UNPACK_MS = 600_000;

/**
 * The files to read, the oldest first, and whether what was read before is gone.
 * Throws the file system's error where the file cannot be read.
 */
export async function filesAfter(
  path: string,
  place: FilePlace | undefined,
): Promise<{ files: LogFile[]; lost: boolean }> {
  const present = await isThere(path);
  const current: LogFile[] = present ? [{ path, from: 0, closed: false }] : [];
  if (present && place !== undefined && (await isPlaceIn(path, place))) {
    return { files: [{ path, from: place.offset, closed: false }], lost: false };
  }
  const rotated = await rotatedFiles(path);
  if (!present && rotated.length === 0) await stat(path);
  const whole = rotated.map((each): LogFile => ({ path: each, from: 0, closed: true }));
  if (place === undefined) return { files: [...whole, ...current], lost: false };
  for (let i = rotated.length - 1; i >= 0; i--) {
    const candidate = rotated[i] ?? "";
    if (!(await isPlaceIn(candidate, place))) continue;
    const rest: LogFile = { path: candidate, from: place.offset, closed: true };
    return { files: [rest, ...whole.slice(i + 1), ...current], lost: false };
  }
  return { files: current, lost: true };
}

/** Files rotated beside a log, the oldest first: `Debug-2017.06.20-00:00.log.bz2`, `cache.ndjson.0.gz`. */
async function rotatedFiles(path: string): Promise<string[]> {
  const name = basename(path);
  const end = extname(name);
  const stem = name.slice(0, name.length - end.length);
  const names = await readdir(dirname(path)).catch((): string[] => []);
  const found = names.filter(
    (each) =>
      each !== name &&
      (each.startsWith(`${name}.`) || (each.startsWith(`${stem}-`) && each.includes(end))) &&
      /(?:\.\d{1,6}|\.(?:bz2|gz|log|ndjson|json|txt)|-\d+)$/.test(each) &&
      // it is being compressed
      !(isPacked(each) && names.includes(each.replace(/\.(?:bz2|gz)$/, ""))),
  );
  const dated = await Promise.all(
    found.map(async (each) => {
      const full = join(dirname(path), each);
      const facts = await stat(full).catch(() => undefined);
      // programs that compress keep the time of a file to the second
      return facts?.isFile() === true ? [{ full, second: Math.floor(facts.mtimeMs / 1000) }] : [];
    }),
  );
  const sorted = dated.flat().sort((a, b) => a.second - b.second || compareAge(a.full, b.full));
  return sorted.slice(-MAX_ROTATED).map(({ full }) => full);
}

/** Which of two names is of the older file: `.1` is older than `.0`, and an earlier date than a later one. */
function compareAge(a: string, b: string): number {
  const [first, second] = [a, b].map((path) => /\.(\d{1,6})(?:\.(?:bz2|gz))?$/.exec(path)?.[1]);
  if (first !== undefined && second !== undefined) return Number(second) - Number(first);
  return a < b ? -1 : 1;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Whether a file is the one a place is in. */
async function isPlaceIn(path: string, place: FilePlace): Promise<boolean> {
  if (isPacked(path)) {
    const { head } = await packedHead(path);
    return head.length >= place.headBytes && digest(head.subarray(0, place.headBytes)) === place.head;
  }
  const { file, facts } = await openRegular(path);
  try {
    if (facts.size < place.offset) return false;
    const found = await placeIn(file, place.offset);
    // where a place was in a packed file, only its head is known
    return found.head === place.head && (place.tail === undefined || found.tail === place.tail);
  } finally {
    await file.close();
  }
}

/** The place at an offset of an open file. */
async function placeIn(file: FileHandle, offset: number): Promise<FilePlace> {
  const headBytes = Math.min(offset, HEAD_BYTES);
  const tailBytes = Math.min(offset, TAIL_BYTES);
  const read = async (at: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  };
  return {
    offset,
    headBytes,
    head: digest(await read(0, headBytes)),
    tail: digest(await read(offset - tailBytes, tailBytes)),
  };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

/** A log file that is open. */
export interface OpenLog {
  /** From the place on, up to where the file ended when it was opened. */
  readonly chunks: AsyncIterable<Buffer>;
  /** When it was last written, Unix milliseconds. */
  readonly writtenMs: number;
  /** The place after this many bytes from the beginning of `chunks`. */
  place(bytes: number): Promise<FilePlace>;
  /** Why not all of it could be read; to be asked after the last chunk. */
  complaint(): string | undefined;
  close(): Promise<void>;
}

/** Opens a file of a log. Throws the file system's error. */
export async function openLog({ path, from }: LogFile, signal: AbortSignal): Promise<OpenLog> {
  return isPacked(path) ? await openPacked(path, from, signal) : await openPlain(path, from);
}

async function openPlain(path: string, from: number): Promise<OpenLog> {
  const { file, facts } = await openRegular(path);
  async function* read(): AsyncIterable<Buffer> {
    for (let at = from; at < facts.size; ) {
      const length = Math.min(PIECE_BYTES, facts.size - at);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
      // emptied meanwhile
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
  return {
    chunks: read(),
    writtenMs: facts.mtimeMs,
    place: async (bytes) => await placeIn(file, from + bytes),
    complaint: () => undefined,
    close: async () => await file.close(),
  };
}

async function openPacked(path: string, from: number, signal: AbortSignal): Promise<OpenLog> {
  const { mtimeMs } = await stat(path);
  const { head } = await packedHead(path);
  const unpacked = unpack(path, signal);
  async function* read(): AsyncIterable<Buffer> {
    let skip = from;
    for await (const chunk of unpacked.chunks) {
      if (chunk.length > skip) yield chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  }
  return {
    chunks: read(),
    writtenMs: mtimeMs,
    place: async (bytes) => {
      const offset = from + bytes;
      const headBytes = Math.min(offset, head.length);
      return { offset, headBytes, head: digest(head.subarray(0, headBytes)), tail: undefined };
    },
    complaint: () => unpacked.complaint(),
    close: async () => {},
  };
}

async function packedHead(path: string): Promise<{ head: Buffer }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpack(path).chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= HEAD_BYTES) break;
  }
  return { head: Buffer.concat(parts).subarray(0, HEAD_BYTES) };
}

function isPacked(path: string): boolean {
  return /\.(?:bz2|gz)$/.test(path);
}

/** What a compressed file holds: `.gz` here, `.bz2` by the system's own program. */
function unpack(path: string, signal?: AbortSignal): Pick<OpenLog, "chunks" | "complaint"> {
  if (path.endsWith(".bz2")) return streamCommand(["bzip2", "-dc", "--", path], { timeoutMs: UNPACK_MS, signal });
  let complaint: string | undefined;
  async function* read(): AsyncIterable<Buffer> {
    const { file } = await openRegular(path);
    const packed = file.createReadStream();
    const unpacked = createGunzip();
    packed.on("error", (error) => unpacked.destroy(error)).pipe(unpacked);
    try {
      for await (const chunk of unpacked) yield chunk as Buffer;
    } catch (error) {
      complaint = errorText(error);
    } finally {
      packed.destroy();
      await file.close().catch(() => undefined);
    }
  }
  return { chunks: read(), complaint: () => complaint };
}
