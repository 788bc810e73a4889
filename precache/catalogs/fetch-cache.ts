/**
 * The door catalogues get their texts through: one copy of each on disk, asked about again when it is old.
 *
 * A copy is replaced by a whole text only: every byte the server announced, of the kind that was asked for, ended as such
 * a text ends. When the server is down, refuses or sends rubbish, the last good copy is used and that is said.
 *
 * A text is streamed to disk and from disk; memory holds one piece of it. Compressed texts are stored plain.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { errorText, LarderError } from "../../core/errors.ts";
import { publicUrl } from "../../core/http.ts";
import type { Log } from "../../core/log.ts";
import type { CatalogDocument, CatalogFetch, DocumentRequest } from "./catalog.ts";
import { type Copy, copyName, readCopy, renewCopy, sweepCopies } from "./copy-file.ts";
import { type Answer, download } from "./download.ts";
import { limited, plain } from "./stream-limits.ts";

export interface FetchCacheOptions {
  readonly folder: string;
  /** A younger copy is used without asking, milliseconds. Default one hour. */
  readonly freshMs?: number;
  /** For one whole text, milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  /** Waits before a server that may recover is asked again, milliseconds. Default 1 s, then 5 s. */
  readonly retryWaitsMs?: readonly number[];
  readonly nowMs: () => number;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

const PIECE_BYTES = 256 * 1024;

/** The door over a folder, which is made when it is missing. */
export function createFetchCache(options: FetchCacheOptions): CatalogFetch {
  const asked = new Map<string, Promise<CatalogDocument>>();
  let prepared: Promise<void> | undefined;
  const openPrepared = async (name: string, request: DocumentRequest) => {
    prepared ??= prepareFolder(options);
    await prepared;
    return openRemote(name, request, options);
  };
  return {
    open(request) {
      const local = localPath(request.url);
      if (local !== undefined) return openFile(local, request);
      const name = copyName(request);
      const pending = asked.get(name) ?? openPrepared(name, request).finally(() => asked.delete(name));
      asked.set(name, pending);
      return pending;
    },
  };
}

async function prepareFolder({ folder, nowMs }: FetchCacheOptions): Promise<void> {
  await mkdir(folder, { recursive: true });
  await sweepCopies(folder, nowMs());
}

/** The path an address names on this machine, or undefined when it names a server. */
function localPath(url: string): string | undefined {
  if (/^https?:\/\//i.test(url)) return undefined;
  return url.startsWith("file://") ? fileURLToPath(url) : url;
}

async function openFile(path: string, request: DocumentRequest): Promise<CatalogDocument> {
  try {
    const { size, mtimeMs } = await stat(path);
    if (size > request.maxBytes) throw tooLarge(request);
    const read = () => limited(plain(createReadStream(path, { highWaterMark: PIECE_BYTES })), request);
    return { url: request.url, fetchedMs: mtimeMs, stale: undefined, read };
  } catch (error) {
    if (error instanceof LarderError) throw error;
    throw new LarderError(`Cannot read catalogue "${path}": ${errorText(error)}`, {
      code: "CATALOG_UNREACHABLE",
      cause: error,
    });
  }
}

async function openRemote(
  name: string,
  request: DocumentRequest,
  options: FetchCacheOptions,
): Promise<CatalogDocument> {
  const path = join(options.folder, name);
  const copy = await readCopy(path);
  const freshMs = request.freshMs ?? options.freshMs ?? 60 * 60 * 1000;
  if (copy !== undefined && options.nowMs() - copy.fetchedMs < freshMs) return documentOf(copy, request, undefined);
  let answer: Answer;
  try {
    answer = await downloadPatiently(path, request, copy, options);
  } catch (error) {
    if (copy === undefined || options.signal?.aborted === true) throw error;
    const age = Math.round((options.nowMs() - copy.fetchedMs) / 3_600_000);
    const stale = `${errorText(error)}; the copy of ${age} h ago is used`;
    options.log.warn("a catalogue is not current", { catalog: publicUrl(request.url), why: stale });
    return documentOf(copy, request, stale);
  }
  if (answer === "unchanged" && copy !== undefined) {
    return documentOf(await renewCopy(copy, options.nowMs()), request, undefined);
  }
  const fresh = await readCopy(path);
  if (fresh === undefined) {
    throw new LarderError(
      `Cannot keep catalogue "${publicUrl(request.url)}": its copy in "${options.folder}" has gone`,
      {
        code: "CATALOG_UNREACHABLE",
        retryable: true,
      },
    );
  }
  return documentOf(fresh, request, undefined);
}

async function downloadPatiently(
  path: string,
  request: DocumentRequest,
  copy: Copy | undefined,
  options: FetchCacheOptions,
): Promise<Answer> {
  for (const waitMs of options.retryWaitsMs ?? [1000, 5000]) {
    try {
      return await download(path, request, copy, options);
    } catch (error) {
      if (!(error instanceof LarderError) || !error.retryable) throw error;
      await sleep(waitMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
  return download(path, request, copy, options);
}

function documentOf(copy: Copy, request: DocumentRequest, stale: string | undefined): CatalogDocument {
  return {
    url: request.url,
    fetchedMs: copy.fetchedMs,
    stale,
    read: () => createReadStream(copy.path, { start: copy.bodyAt, highWaterMark: PIECE_BYTES }),
  };
}

function tooLarge(request: DocumentRequest): LarderError {
  return new LarderError(
    `Cannot read catalogue "${publicUrl(request.url)}": it is longer than the ${request.maxBytes} bytes we take`,
    { code: "CATALOG_TOO_LARGE" },
  );
}
