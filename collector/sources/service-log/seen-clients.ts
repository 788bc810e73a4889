/**
 * Which clients were seen on a local day, without keeping who they are.
 *
 * Of an address only a keyed hash is kept, in a file of the day with a key of its own; when later days come, and at the latest
 * three days after the last client was added, file and key are deleted, and the address can no longer be found out. How many hashes count is in the cursor of the
 * source: what a batch added that was never committed is cut off before the next.
 *
 * @module
 */
import { createHmac, randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../../../core/disk.ts";
import { errorCode, LarderError } from "../../../core/errors.ts";
import { makeFolder } from "../../../core/files.ts";
import { bucketStart, localDate, nextBucket } from "../../../core/time/local-days.ts";

/** Clients of the days that are still open. */
export type SeenCounts = Readonly<Record<string, number>>;

const KEY_BYTES = 32;
const HASH_BYTES = 8;
/** Days that lines may still come for. */
const OPEN_DAYS = 3;
/** More are not counted: a few addresses of every kind in use, not every address there could be. */
const MAX_CLIENTS = 200_000;
const NAME = /^clients-(\d{4}-\d\d-\d\d)$/;
const PRIVATE = 0o600;

interface Day {
  readonly key: Buffer;
  /** Addresses met since this process began, which need no hash a second time; they are never written. */
  readonly met: Set<string>;
  readonly known: Set<string>;
  /** Hashes that are in the file. */
  written: number;
  fresh: Buffer[];
}

function newDay(): Day {
  return { key: randomBytes(KEY_BYTES), met: new Set(), known: new Set(), written: 0, fresh: [] };
}

const NO_DAY = { fromMs: 0, toMs: 0, day: undefined };

export class SeenClients {
  readonly #folder: string;
  readonly #zone: string;
  readonly #days = new Map<string, Day>();
  #last: { readonly fromMs: number; readonly toMs: number; readonly day: Day | undefined } = NO_DAY;

  constructor(folder: string, zone: string) {
    this.#folder = folder;
    this.#zone = zone;
  }

  /**
   * Goes back to what has been committed.
   * @throws LarderError `CLIENTS_FILE`
   */
  async restore(counts: SeenCounts): Promise<void> {
    this.#last = NO_DAY;
    for (const [date, day] of this.#days) {
      if (day.fresh.length > 0 || counts[date] !== day.written) this.#days.delete(date);
    }
    try {
      const there = new Set(await datesIn(this.#folder));
      for (const [date, { written }] of this.#days) if (written > 0 && !there.has(date)) this.#days.delete(date);
      for (const [date, count] of Object.entries(counts)) {
        if (!this.#days.has(date)) this.#days.set(date, await this.#load(date, count));
      }
      await this.#removeOthers();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Whether this is the first line of an address on the local day of a moment; it counts from now on. */
  first(address: string, timeMs: number): boolean {
    const day = this.#dayAt(timeMs);
    if (day === undefined || day.met.has(address) || day.known.size >= MAX_CLIENTS) return false;
    day.met.add(address);
    const hash = createHmac("sha256", day.key).update(address).digest().subarray(0, HASH_BYTES);
    const text = hash.toString("latin1");
    if (day.known.has(text)) return false;
    day.known.add(text);
    day.fresh.push(hash);
    return true;
  }

  /**
   * Puts on the disk what is new.
   * @returns what the cursor has to say, so that it counts
   * @throws LarderError `CLIENTS_FILE`
   */
  async keep(): Promise<SeenCounts> {
    const counts: Record<string, number> = {};
    try {
      for (const [date, day] of this.#days) {
        if (day.fresh.length > 0) await this.#append(date, day);
        counts[date] = day.written;
      }
    } catch (error) {
      throw this.#failed(error);
    }
    return counts;
  }

  /** Lines come in order: the day of the last one is nearly always that of the next. */
  #dayAt(timeMs: number): Day | undefined {
    const { fromMs, toMs, day } = this.#last;
    if (timeMs >= fromMs && timeMs < toMs) return day;
    const found = this.#dayOf(localDate(timeMs, this.#zone));
    this.#last = {
      fromMs: bucketStart(timeMs, "day", this.#zone),
      toMs: nextBucket(timeMs, "day", this.#zone),
      day: found,
    };
    return found;
  }

  /** Undefined for a day that is over: its clients can no longer be told apart, so none is counted again. */
  #dayOf(date: string): Day | undefined {
    const known = this.#days.get(date);
    if (known !== undefined) return known;
    const dates = [...this.#days.keys(), date].sort();
    if (dates.length > OPEN_DAYS) {
      const oldest = dates[0] ?? "";
      if (oldest === date) return undefined;
      this.#days.delete(oldest);
      this.#last = NO_DAY;
    }
    const day = newDay();
    this.#days.set(date, day);
    return day;
  }

  async #load(date: string, count: number): Promise<Day> {
    let file: FileHandle;
    try {
      file = await open(this.#path(date), "r+");
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
      return newDay();
    }
    try {
      const bytes = await file.readFile();
      const end = KEY_BYTES + Math.min(count, MAX_CLIENTS) * HASH_BYTES;
      const key = bytes.subarray(0, KEY_BYTES);
      const known = new Set<string>();
      // shorter than it was: what is left counts
      const last = Math.min(end, bytes.length - ((bytes.length - KEY_BYTES) % HASH_BYTES));
      if (key.length < KEY_BYTES) return newDay();
      for (let at = KEY_BYTES; at < last; at += HASH_BYTES) known.add(bytes.toString("latin1", at, at + HASH_BYTES));
      return { ...newDay(), key: Buffer.from(key), known, written: known.size };
    } finally {
      await file.close();
    }
  }

  async #append(date: string, day: Day): Promise<void> {
    await makeFolder(this.#folder);
    const path = this.#path(date);
    // the key of a new day replaces a file that nothing refers to
    const isNew = day.written === 0;
    const file = await open(path, isNew ? "w" : "r+", PRIVATE);
    try {
      await file.chmod(PRIVATE);
      if (isNew) await file.write(day.key, 0, KEY_BYTES, 0);
      const end = KEY_BYTES + day.written * HASH_BYTES;
      await file.truncate(end);
      const bytes = Buffer.concat(day.fresh);
      await file.write(bytes, 0, bytes.length, end);
      await file.datasync();
      day.written += day.fresh.length;
      day.fresh = [];
    } finally {
      await file.close();
    }
    if (isNew) await syncFolder(this.#folder);
  }

  async #removeOthers(): Promise<void> {
    for (const date of await datesIn(this.#folder)) {
      if (!this.#days.has(date)) await rm(this.#path(date), { force: true });
    }
  }

  #path(date: string): string {
    return dayPath(this.#folder, date);
  }

  #failed(error: unknown): LarderError {
    const reason = error instanceof Error ? error.message : String(error);
    return new LarderError(`Cannot keep which clients were counted in "${this.#folder}": ${reason}`, {
      code: "CLIENTS_FILE",
      state: "nothing of the service log was taken: its cursor stays",
      next: "check the room on this disk and who owns the folder",
      retryable: true,
      cause: error,
    });
  }
}

/**
 * Removes days with their keys that are over, by the clock, and had nothing added for as long as a day stays open: where no
 * line has come since, as over a weekend, or where the log is read no more. What is read of old logs stays as long.
 * Throws the file system's error.
 */
export async function forgetOldDays(folder: string, nowMs: number, zone: string): Promise<void> {
  const openMs = OPEN_DAYS * 86_400_000;
  const newest = localDate(nowMs - openMs, zone);
  for (const date of await datesIn(folder)) {
    if (date > newest) continue;
    const path = dayPath(folder, date);
    if (nowMs - (await stat(path)).mtimeMs >= openMs) await rm(path, { force: true });
  }
}

function dayPath(folder: string, date: string): string {
  return join(folder, `clients-${date}`);
}

/** Days with a file. */
async function datesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
