/**
 * Firmware (IPSW) kept on disk: written under a temporary name while it comes, synced, renamed.
 *
 * Under a final name there is only ever a whole file that is what its catalogue says. A file that was kept is replaced only
 * by one that something vouches for, a checksum or a size of the catalogue's; and never by another file whose address
 * happens to end alike: which address a name belongs to is written down in the folder.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream, statfsSync } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { syncFolder } from "../../core/disk.ts";
import { errorCode, errorText, LarderError } from "../../core/errors.ts";
import { FOLDER_FOR_ALL, FOR_ALL, makeFolder, readIfThere, writeAtomically } from "../../core/files.ts";
import type { Asset } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";

/** A file that is kept. */
export interface KeptFirmware {
  readonly path: string;
  readonly sizeBytes: number;
  /** What vouches for it: a checksum of the catalogue's, or only a length. */
  readonly verified: string;
}

export interface FirmwareFolderOptions {
  /** Bytes free in a folder; for tests. */
  readonly freeBytes?: (folder: string) => number;
}

/** Stays free beside the file itself. */
const MARGIN_BYTES = 64 * 1024 * 1024;
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
/** Which address each name belongs to. */
const SOURCES = ".larder-sources.json";

/** The folder firmware is kept in. */
export class FirmwareFolder {
  readonly path: string;
  readonly #freeBytes: (folder: string) => number;
  #sources: Promise<Map<string, string>> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string, options: FirmwareFolderOptions = {}) {
    this.path = path;
    this.#freeBytes = options.freeBytes ?? freeBytes;
  }

  /**
   * The place for one asset. The folder is made if missing.
   * @throws LarderError `FIRMWARE_NAME`, `FIRMWARE_DISK`
   */
  async copyOf(asset: Asset): Promise<FirmwareCopy> {
    const name = fileName(asset);
    try {
      await makeFolder(this.path, { mode: FOLDER_FOR_ALL });
      this.#sources ??= readSources(join(this.path, SOURCES));
      const sources = await this.#sources;
      const own = ownName(sources, name, assetKey(asset.url));
      sources.set(own, assetKey(asset.url));
      return new FirmwareCopy(this, asset, own);
    } catch (error) {
      throw diskError(error, asset, this.path);
    }
  }

  /** @throws LarderError `FIRMWARE_NO_ROOM` when a file of this size would fill the disk. */
  checkRoom(asset: Asset, sizeBytes: number): void {
    const free = this.#freeBytes(this.path);
    if (free >= sizeBytes + MARGIN_BYTES) return;
    throw new LarderError(
      `Cannot store "${asset.title}" in "${this.path}": it needs ${sizeBytes} bytes, ${free} are free and ${MARGIN_BYTES} of them stay free`,
      { code: "FIRMWARE_NO_ROOM", state: "nothing was fetched", next: "make room, or choose another destination" },
    );
  }

  /** Writes down which address a name belongs to; one after the other. */
  async remember(): Promise<void> {
    const sources = await (this.#sources ?? Promise.resolve(new Map<string, string>()));
    this.#saving = this.#saving
      .catch(() => undefined)
      .then(async () => {
        const text = JSON.stringify(Object.fromEntries(sources), undefined, 2);
        await writeAtomically(join(this.path, SOURCES), `${text}\n`, { mode: FOR_ALL });
      });
    await this.#saving;
  }
}

/** One firmware on its way into the folder. */
export class FirmwareCopy {
  readonly path: string;
  readonly #folder: FirmwareFolder;
  readonly #asset: Asset;
  readonly #temporary: string;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(folder: FirmwareFolder, asset: Asset, name: string) {
    this.#folder = folder;
    this.#asset = asset;
    this.path = join(folder.path, name);
    this.#temporary = join(folder.path, `.${name}.partial`);
  }

  /** A good file that is there already. @param sizeBytes its size, where a server says it and no catalogue. */
  async present(sizeBytes: number | undefined, signal: AbortSignal): Promise<KeptFirmware | undefined> {
    const found = await this.#fileSize();
    const expected = this.#asset.sizeBytes ?? sizeBytes;
    if (found === undefined || (expected !== undefined && expected !== found)) return undefined;
    const { digest } = this.#asset;
    if (digest === undefined) {
      return expected === undefined ? undefined : { path: this.path, sizeBytes: found, verified: "length" };
    }
    const hash = createHash(digest.algorithm);
    try {
      await pipeline(createReadStream(this.path, { highWaterMark: 1 << 20 }), hash, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw diskError(error, this.#asset, this.#folder.path);
    }
    const good = hash.digest("hex") === digest.hex.toLowerCase();
    return good ? { path: this.path, sizeBytes: found, verified: digest.algorithm } : undefined;
  }

  /**
   * Opens the temporary file, empty. Each try of a transfer begins so.
   * @throws LarderError `FIRMWARE_UNVOUCHED`, `FIRMWARE_NO_ROOM`, `FIRMWARE_DISK`
   */
  async begin(): Promise<void> {
    const { sizeBytes, digest } = this.#asset;
    if (sizeBytes === undefined && digest === undefined && (await this.#fileSize()) !== undefined) {
      throw unvouched(this.#asset, this.path);
    }
    if (sizeBytes !== undefined) this.checkRoom(sizeBytes);
    await this.discard();
    this.#bytes = 0;
    try {
      this.#file = await open(this.#temporary, "w", FOR_ALL);
    } catch (error) {
      throw diskError(error, this.#asset, this.#folder.path);
    }
  }

  /** @throws LarderError `FIRMWARE_NO_ROOM` */
  checkRoom(sizeBytes: number): void {
    this.#folder.checkRoom(this.#asset, sizeBytes);
  }

  /** Writes a copy of the bytes: the transfer's own buffer is used again while the disk writes. */
  async write(bytes: Buffer): Promise<void> {
    this.#bytes += bytes.length;
    try {
      await this.#file?.appendFile(Buffer.from(bytes));
    } catch (error) {
      throw diskError(error, this.#asset, this.#folder.path);
    }
  }

  /** Everything came and is what it should be: under its name, safely on disk. @throws LarderError `FIRMWARE_DISK…` */
  async keep(): Promise<KeptFirmware> {
    try {
      await this.#file?.sync();
      await this.#close();
      await rename(this.#temporary, this.path);
      await syncFolder(this.#folder.path);
      await this.#folder.remember();
    } catch (error) {
      throw diskError(error, this.#asset, this.#folder.path);
    }
    return { path: this.path, sizeBytes: this.#bytes, verified: this.#asset.digest?.algorithm ?? "length" };
  }

  /** Nothing half-written stays. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    await rm(this.#temporary, { force: true }).catch(() => undefined);
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #fileSize(): Promise<number | undefined> {
    const found = await stat(this.path).catch(() => undefined);
    return found?.isFile() === true ? found.size : undefined;
  }
}

/** The name itself, or one made of the address where the name is another file's. */
function ownName(sources: ReadonlyMap<string, string>, name: string, key: string): string {
  const owner = sources.get(name);
  if (owner === undefined || owner === key) return name;
  const extension = extname(name);
  const mark = createHash("sha256").update(key).digest("hex").slice(0, 8);
  return `${name.slice(0, name.length - extension.length)}-${mark}${extension}`;
}

/** What an unreadable list forgets costs nothing but a second look at the files. */
async function readSources(path: string): Promise<Map<string, string>> {
  try {
    const value: unknown = JSON.parse((await readIfThere(path))?.toString("utf8") ?? "{}");
    if (typeof value !== "object" || value === null) return new Map();
    return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return new Map();
  }
}

/** The last part of the address, if it is a plain file name. */
function fileName(asset: Asset): string {
  const name = basename(new URL(asset.url).pathname).replaceAll("%20", " ");
  if (/^[0-9A-Za-z][0-9A-Za-z._,+()@ -]{0,200}$/.test(name)) return name;
  throw new LarderError(`Cannot store "${asset.url}": its last part is not a plain file name`, {
    code: "FIRMWARE_NAME",
    state: "nothing was fetched",
  });
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function unvouched(asset: Asset, path: string): LarderError {
  return new LarderError(
    `Cannot store "${asset.title}": "${path}" is kept already, and neither a size nor a checksum vouches for a new one`,
    {
      code: "FIRMWARE_UNVOUCHED",
      state: "the file that is kept is untouched",
      next: "move it away if you want it fetched again",
    },
  );
}

function diskError(error: unknown, asset: Asset, folder: string): LarderError {
  if (error instanceof LarderError) return error;
  const full = FULL.has(errorCode(error) ?? "");
  return new LarderError(
    `Cannot store "${asset.title}" in "${folder}": ${full ? "the disk is full" : errorText(error)}`,
    {
      code: full ? "FIRMWARE_DISK_FULL" : "FIRMWARE_DISK",
      state: "what was written has been removed; older files are untouched",
      next: full ? "make room, or choose another destination" : "check that the folder exists and may be written to",
      cause: error,
    },
  );
}
