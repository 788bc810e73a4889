/**
 * What was delivered whole, by which target, when: a file of JSON lines that is only appended to.
 *
 * A line is written and synced before anybody is told that the asset is done, so that a run which is killed leaves no
 * finished byte to be fetched again. Lines that wait for the disk together are synced together. A torn last line, which
 * is all that a kill can leave, is cut off on opening. When most lines are out of date the file is written anew, whole,
 * by rename. The file is for its owner alone: addresses of assets may hold access keys.
 *
 * @module
 */
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode, errorText, LarderError } from "../core/errors.ts";
import { makeFolder, writeAtomically } from "../core/files.ts";

/** One whole delivery. */
export interface LedgerEntry {
  /** Name of the target. */
  readonly target: string;
  /** Address of the asset, as the catalogue writes it. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Unix milliseconds. */
  readonly atMs: number;
}

export interface Ledger {
  find(target: string, url: string): LedgerEntry | undefined;
  /** Resolves when the entry is on disk; entries that are synced together share one promise. */
  record(entry: LedgerEntry): Promise<void>;
  /** Syncs what waits now, without gathering more. */
  flush(): Promise<void>;
  /** Forgets what a target had: it was wiped. Resolves when that is on disk. */
  forget(target: string): Promise<void>;
  /** Whether a target is known to tell what it holds, so that its silence means "nothing". */
  tells(target: string): boolean;
  noteTells(target: string): Promise<void>;
  readonly size: number;
  close(): Promise<void>;
}

/** The last delivery of every address by every target, in memory. */
class Deliveries {
  readonly #byTarget = new Map<string, Map<string, LedgerEntry>>();

  find(target: string, url: string): LedgerEntry | undefined {
    return this.#byTarget.get(target)?.get(url);
  }

  add(entry: LedgerEntry): void {
    const known = this.#byTarget.get(entry.target);
    if (known === undefined) this.#byTarget.set(entry.target, new Map([[entry.url, entry]]));
    else known.set(entry.url, entry);
  }

  forget(target: string): void {
    this.#byTarget.delete(target);
  }

  all(): LedgerEntry[] {
    return [...this.#byTarget.values()].flatMap((entries) => [...entries.values()]);
  }

  get size(): number {
    let size = 0;
    for (const entries of this.#byTarget.values()) size += entries.size;
    return size;
  }
}

const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_LINE_BYTES = 16 * 1024;
const COMPACT_ABOVE_LINES = 1000;

/**
 * Opens the ledger of a file, or begins one. One process at a time: the caller holds the run's lock.
 * @throws LarderError `LEDGER_UNREADABLE`
 */
export async function openLedger(path: string): Promise<Ledger> {
  await makeFolder(dirname(path));
  const { entries, telling, lines, wholeBytes } = await load(path);
  const compact = lines > COMPACT_ABOVE_LINES && lines > 2 * entries.size;
  const live = () => [...[...telling].map(tellsLine), ...entries.all().map(entryLine)].join("");
  if (compact) await writeAtomically(path, live(), 0o600);
  const file = await open(path, "a+", 0o600);
  if (!compact && (await file.stat()).size > wholeBytes) await file.truncate(wholeBytes);
  const append = appender(file, path);
  return {
    find: (target, url) => entries.find(target, url),
    record: (entry) => {
      entries.add(entry);
      return append(entryLine(entry));
    },
    flush: () => append(""),
    forget: async (target) => {
      await append(`${JSON.stringify({ forget: target })}\n`);
      entries.forget(target);
    },
    tells: (target) => telling.has(target),
    noteTells: async (target) => {
      if (telling.has(target)) return;
      telling.add(target);
      await append(tellsLine(target));
    },
    get size() {
      return entries.size;
    },
    close: async () => {
      await append("");
      await file.close();
    },
  };
}

/** How long a line may wait for others, so that the disk is synced once for all of them. */
const GATHER_MS = 50;

/** Appends and syncs; what is asked within a moment, or while a sync runs, is synced together. An empty text hurries. */
function appender(file: FileHandle, path: string): (text: string) => Promise<void> {
  let pending = "";
  let next: Promise<void> | undefined;
  let hurry: (() => void) | undefined;
  let running: Promise<void> = Promise.resolve();
  const gather = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    await running.catch(() => undefined);
    const text = pending;
    pending = "";
    next = undefined;
    running = writeAndSync(file, path, text);
    await running;
  };
  return (text) => {
    pending += text;
    next ??= gather();
    if (text === "") hurry?.();
    return next;
  };
}

async function writeAndSync(file: FileHandle, path: string, text: string): Promise<void> {
  if (text === "") return;
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
    await file.datasync();
  } catch (error) {
    throw new LarderError(`Cannot write the ledger "${path}": ${errorText(error)}`, {
      code: "LEDGER_UNWRITABLE",
      state: "files that came whole just now may be asked for once more by the next run",
      next: "make room on the disk of the state folder",
      cause: error,
    });
  }
}

interface Loaded {
  readonly entries: Deliveries;
  readonly telling: Set<string>;
  readonly lines: number;
  /** Bytes up to the end of the last whole line. */
  readonly wholeBytes: number;
}

async function load(path: string): Promise<Loaded> {
  const entries = new Deliveries();
  const telling = new Set<string>();
  const bytes = await read(path);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  let lines = 0;
  for (let at = 0; at < wholeBytes; lines++) {
    const end = bytes.indexOf(0x0a, at);
    if (end - at <= MAX_LINE_BYTES) apply(entries, telling, bytes.toString("utf8", at, end));
    at = end + 1;
  }
  return { entries, telling, lines, wholeBytes };
}

async function read(path: string): Promise<Buffer> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      if (size <= MAX_FILE_BYTES) return await file.readFile();
      throw new LarderError(
        `Cannot read the ledger "${path}": it has ${size} bytes, at most ${MAX_FILE_BYTES} are taken`,
        {
          code: "LEDGER_UNREADABLE",
          state: "nothing was changed",
          next: "move the file away: the next run then asks for everything once more",
        },
      );
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

/** A line we do not understand is no delivery: that costs one more request, never a wrong "done". */
function apply(entries: Deliveries, telling: Set<string>, line: string): void {
  let value: { target?: unknown; url?: unknown; size?: unknown; at?: unknown; forget?: unknown; tells?: unknown };
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const { target, url, size: sizeBytes, at: atMs } = value;
  if (typeof value.forget === "string") entries.forget(value.forget);
  else if (typeof value.tells === "string") telling.add(value.tells);
  else if (typeof target === "string" && typeof url === "string" && isCount(sizeBytes) && isCount(atMs)) {
    entries.add({ target, url, sizeBytes, atMs });
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Put together by hand: thousands are written, and an object made for each only to be written takes nearly twice the time. */
function entryLine({ target, url, sizeBytes, atMs }: LedgerEntry): string {
  return `{"target":${JSON.stringify(target)},"url":${JSON.stringify(url)},"size":${sizeBytes},"at":${atMs}}\n`;
}

function tellsLine(target: string): string {
  return `${JSON.stringify({ tells: target })}\n`;
}
