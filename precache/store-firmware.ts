/**
 * Firmware (IPSW) on disk: streamed to a temporary name, its digest checked, synced, renamed.
 *
 * Under the final name there is only ever a whole file that is what the catalogue says. A good one is not fetched again.
 * Room is looked for before the first byte is asked for; a disk that fills up all the same is an error with a clear
 * sentence, and nothing half-written stays.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { createReadStream, statfsSync } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { errorCode, errorText, LarderError } from "../core/errors.ts";
import { makeFolder, syncFolder } from "../core/files.ts";
import type { Asset } from "./asset.ts";
import { type Clock, systemClock } from "./clock.ts";
import { FetchError, type Fetcher } from "./fetch-asset.ts";
import { retryDelayMs } from "./warm/back-off.ts";

export interface StoreFirmwareOptions {
  readonly fetcher: Fetcher;
  /** Folder to keep it in; made if missing. */
  readonly destination: string;
  /** Where to ask for it: through a cache (`cacheUrl`), or Apple itself. Default the asset's own address. */
  readonly url?: string;
  /** Turns a redirection into what to ask, as for every transfer. */
  readonly redirect?: (location: string) => string;
  readonly signal?: AbortSignal | undefined;
  /** Told of every read: bytes of this attempt so far. */
  readonly onBytes?: (bytes: number, totalBytes: number | undefined) => void;
  /** Tries of the transfer. Default 4. */
  readonly attempts?: number;
  readonly clock?: Clock;
  /** Bytes free in a folder; for tests. */
  readonly freeBytes?: (folder: string) => number;
}

export interface StoredFirmware {
  readonly path: string;
  readonly sizeBytes: number;
  /** `present`: a good file was there already and nothing was fetched. */
  readonly outcome: "stored" | "present";
  /** What vouches for it: a digest of the catalogue's, or only the length. */
  readonly verified: string;
  readonly attempts: number;
}

/** Kept free beside the file itself. */
const MARGIN_BYTES = 64 * 1024 * 1024;
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/**
 * Keeps one firmware on disk.
 * @throws LarderError `FIRMWARE_NAME`, `FIRMWARE_NO_ROOM`, `FIRMWARE_DISK_FULL`, `FIRMWARE_DIGEST`, `FIRMWARE_DISK`; and
 * FetchError when it did not come.
 */
export async function storeFirmware(asset: Asset, options: StoreFirmwareOptions): Promise<StoredFirmware> {
  const name = fileName(asset);
  const path = join(options.destination, name);
  const temporary = join(options.destination, `.${name}.partial`);
  try {
    await makeFolder(options.destination);
    const present = await goodFile(path, asset, options.signal);
    if (present !== undefined) return { path, ...present, outcome: "present", attempts: 0 };
    if (asset.sizeBytes !== undefined) checkRoom(options, asset, asset.sizeBytes);
    const { sizeBytes, attempts } = await fetchWithRetries(asset, options, temporary);
    await rename(temporary, path);
    await syncFolder(options.destination);
    return { path, sizeBytes, outcome: "stored", verified: asset.digest?.algorithm ?? "length", attempts };
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error instanceof LarderError ? error : diskError(error, asset, options);
  }
}

/** The last part of the address, if it is a plain file name. */
function fileName(asset: Asset): string {
  const name = basename(new URL(asset.url).pathname).replaceAll("%20", " ");
  if (/^[0-9A-Za-z][0-9A-Za-z._,+()@ -]{0,200}$/.test(name)) return name;
  throw new LarderError(`Cannot store "${asset.url}": its last part is no plain file name`, {
    code: "FIRMWARE_NAME",
    state: "nothing was fetched",
  });
}

/** What vouches for a file that is there; undefined when nothing does. */
async function goodFile(
  path: string,
  asset: Asset,
  signal: AbortSignal | undefined,
): Promise<{ sizeBytes: number; verified: string } | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  if (asset.sizeBytes !== undefined && asset.sizeBytes !== found.size) return undefined;
  if (asset.digest === undefined) {
    return asset.sizeBytes === undefined ? undefined : { sizeBytes: found.size, verified: "length" };
  }
  const hash = createHash(asset.digest.algorithm);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, signal === undefined ? {} : { signal });
  if (hash.digest("hex") !== asset.digest.hex.toLowerCase()) return undefined;
  return { sizeBytes: found.size, verified: asset.digest.algorithm };
}

function checkRoom(options: StoreFirmwareOptions, asset: Asset, sizeBytes: number): void {
  const free = (options.freeBytes ?? freeBytes)(options.destination);
  if (free >= sizeBytes + MARGIN_BYTES) return;
  throw new LarderError(
    `Cannot store "${asset.title}" in "${options.destination}": it needs ${sizeBytes} bytes, ${free} are free and ${MARGIN_BYTES} of them stay free`,
    { code: "FIRMWARE_NO_ROOM", state: "nothing was fetched", next: "make room, or choose another destination" },
  );
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

async function fetchWithRetries(
  asset: Asset,
  options: StoreFirmwareOptions,
  temporary: string,
): Promise<{ sizeBytes: number; attempts: number }> {
  const clock = options.clock ?? systemClock;
  for (let attempts = 1; ; attempts++) {
    try {
      return { sizeBytes: await fetchOnce(asset, options, temporary), attempts };
    } catch (error) {
      const again = error instanceof FetchError && error.retryable && attempts < (options.attempts ?? 4);
      if (!again) throw error;
      await clock.sleep(error.retryAfterMs ?? retryDelayMs(attempts, Math.random()), options.signal);
    }
  }
}

/** Streams it to the temporary name. @returns its size, when it is what the catalogue says and safely on disk. */
async function fetchOnce(asset: Asset, options: StoreFirmwareOptions, temporary: string): Promise<number> {
  const { redirect } = options;
  const file = await open(temporary, "w", 0o644);
  const hash = asset.digest === undefined ? undefined : createHash(asset.digest.algorithm);
  let bytes = 0;
  let totalBytes = asset.sizeBytes;
  try {
    const result = await options.fetcher.fetchAsset(
      {
        url: options.url ?? asset.url,
        expectedBytes: asset.sizeBytes,
        ...(redirect === undefined ? {} : { redirect }),
      },
      {
        signal: options.signal,
        onHead: ({ lengthBytes }) => {
          totalBytes = lengthBytes ?? totalBytes;
          if (totalBytes !== undefined) checkRoom(options, asset, totalBytes);
          return "read";
        },
        sink: (chunk) => {
          bytes += chunk.length;
          options.onBytes?.(bytes, totalBytes);
          return store(file, hash, Buffer.from(chunk));
        },
      },
    );
    checkDigest(asset, hash);
    await file.sync();
    return result.bytes;
  } finally {
    await file.close();
  }
}

/** The chunk is a copy: the transfer's own buffer is filled anew while the disk writes. */
async function store(file: FileHandle, hash: Hash | undefined, chunk: Buffer): Promise<void> {
  hash?.update(chunk);
  await file.appendFile(chunk);
}

function checkDigest(asset: Asset, hash: Hash | undefined): void {
  const hex = hash?.digest("hex");
  if (asset.digest === undefined || hex === asset.digest.hex.toLowerCase()) return;
  throw new LarderError(
    `Cannot store "${asset.title}": its ${asset.digest.algorithm} is ${hex}, ${asset.digest.hex} was expected by the catalogue`,
    {
      code: "FIRMWARE_DIGEST",
      state: "what was fetched has been removed",
      next: "read the catalogue anew, then try again; if it stays, ask Apple's server instead of the cache",
    },
  );
}

function diskError(error: unknown, asset: Asset, options: StoreFirmwareOptions): LarderError {
  const full = FULL.has(errorCode(error) ?? "");
  return new LarderError(
    `Cannot store "${asset.title}" in "${options.destination}": ${full ? "the disk is full" : errorText(error)}`,
    {
      code: full ? "FIRMWARE_DISK_FULL" : "FIRMWARE_DISK",
      state: "what was written has been removed; older files are untouched",
      next: full ? "make room, or choose another destination" : "check that the folder exists and may be written to",
      cause: error,
    },
  );
}
