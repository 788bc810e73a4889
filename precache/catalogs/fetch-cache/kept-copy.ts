/**
 * A server's text and the copy of it on disk: which of them is used.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorText, LarderError } from "../../../core/errors.ts";
import { readPieces } from "../../../core/file-pieces.ts";
import { makeFolder } from "../../../core/files.ts";
import { publicUrl } from "../../../core/http/http.ts";
import { type Patience, retryDelayMs } from "../../../core/retry.ts";
import type { CatalogDocument, DocumentRequest } from "../catalog.ts";
import { type Copy, copyName, readCopy, renewCopy, sweepCopies } from "./copy-file.ts";
import { type Answer, CatalogBusy, type CopyPlace, download } from "./download.ts";
import type { FetchCacheOptions } from "./fetch-cache.ts";

/** A run waits for its catalogues, so not for long: the last good copy is there for that. */
const PATIENCE: Patience = { firstMs: 1000, longestMs: 10_000, longestAskedMs: 60_000 };

/** Makes the folder and sweeps it. */
export async function prepareFolder({ folder, nowMs }: FetchCacheOptions): Promise<void> {
  await makeFolder(folder);
  await sweepCopies(folder, nowMs());
}

/** The text of a server: the copy on disk when it is young or the server cannot do better, else a new one. */
export async function openKept(request: DocumentRequest, options: FetchCacheOptions): Promise<CatalogDocument> {
  const path = join(options.folder, copyName(request));
  const copy = await readCopy(path);
  const freshMs = request.freshMs ?? options.freshMs ?? 60 * 60 * 1000;
  if (copy !== undefined && options.nowMs() - copy.fetchedMs < freshMs) return documentOf(copy, request, undefined);
  let answer: Answer;
  try {
    answer = await downloadPatiently(request, { path, copy }, options);
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
  request: DocumentRequest,
  place: CopyPlace,
  options: FetchCacheOptions,
): Promise<Answer> {
  const { tries = 3, patience = PATIENCE, signal } = options;
  for (let failures = 1; ; failures += 1) {
    try {
      return await download(request, place, options);
    } catch (error) {
      if (!(error instanceof LarderError) || !error.retryable || failures >= tries) throw error;
      const askedMs = error instanceof CatalogBusy ? error.askedMs : undefined;
      const waitMs = retryDelayMs(patience, { failures, random: Math.random(), askedMs });
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function documentOf(copy: Copy, request: DocumentRequest, stale: string | undefined): CatalogDocument {
  return {
    url: request.url,
    fetchedMs: copy.fetchedMs,
    stale,
    read: () => readPieces(copy.path, copy.bodyAt),
  };
}
