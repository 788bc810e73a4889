/**
 * The door catalogues get their texts through: one copy of each on disk, asked about again when it is old.
 *
 * A copy is replaced by a whole text only: every byte the server announced, of the kind that was asked for, ended as such
 * a text ends. When the server is down, refuses or sends rubbish, the last good copy is used and that is reported.
 *
 * A text is streamed to disk and from disk; memory holds one piece of it. Compressed texts are stored plain.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { errorText, LarderError } from "../../../core/errors.ts";
import { readPieces, regularFile } from "../../../core/file-pieces.ts";
import { publicUrl } from "../../../core/http/http.ts";
import type { Log } from "../../../core/log.ts";
import type { Patience } from "../../../core/retry.ts";
import { addressFault } from "../../words/outside-address.ts";
import type { CatalogDocument, CatalogFetch, DocumentRequest } from "../catalog.ts";
import { questionOf } from "../question.ts";
import { limited, plain } from "./stream-limits.ts";

export interface FetchCacheOptions {
  readonly folder: string;
  /** A younger copy is used without asking, milliseconds. Default one hour. */
  readonly freshMs?: number;
  /** For one whole text, milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  /** How often a server that may recover is asked in all. Default 3. */
  readonly tries?: number;
  /** How long it is waited for. */
  readonly patience?: Patience;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

/** The door over a folder, which is made when it is missing. */
export function createFetchCache(options: FetchCacheOptions): CatalogFetch {
  const asked = new Map<string, Promise<CatalogDocument>>();
  let prepared: Promise<void> | undefined;
  const openRemote = async (request: DocumentRequest) => {
    const { openKept, prepareFolder } = await import("./kept-copy.ts");
    prepared ??= prepareFolder(options);
    await prepared;
    return openKept(request, options);
  };
  return {
    async open(request) {
      const fault = request.rule === undefined ? undefined : addressFault(request.url, request.rule);
      if (fault !== undefined) throw notAsked(request, fault);
      const local = localPath(request.url);
      if (local !== undefined) return openFile(local, request);
      const name = questionOf(request);
      const pending = asked.get(name) ?? openRemote(request).finally(() => asked.delete(name));
      asked.set(name, pending);
      return pending;
    },
  };
}

/** The path an address names on this machine, or undefined when it names a server. */
function localPath(url: string): string | undefined {
  if (/^https?:\/\//i.test(url)) return undefined;
  return url.startsWith("file://") ? fileURLToPath(url) : url;
}

async function openFile(path: string, request: DocumentRequest): Promise<CatalogDocument> {
  try {
    const { size, mtimeMs } = await regularFile(path);
    if (size > request.maxBytes) throw tooLarge(request);
    const read = () => limited(plain(readPieces(path)), request);
    return { url: request.url, fetchedMs: mtimeMs, stale: undefined, read };
  } catch (error) {
    if (error instanceof LarderError && error.code !== "FILE_KIND") throw error;
    throw new LarderError(`Cannot read catalogue "${path}": ${errorText(error)}`, {
      code: "CATALOG_UNREACHABLE",
      cause: error,
    });
  }
}

function notAsked(request: DocumentRequest, fault: string): LarderError {
  return new LarderError(`Cannot read "${publicUrl(request.url)}": ${fault}`, {
    code: "CATALOG_ADDRESS",
    state: "nobody was asked for it",
    next: "if it is a mirror of yours, name its host under precache.hosts",
  });
}

function tooLarge(request: DocumentRequest): LarderError {
  return new LarderError(
    `Cannot read catalogue "${publicUrl(request.url)}": it is longer than the ${request.maxBytes} bytes we take`,
    { code: "CATALOG_TOO_LARGE" },
  );
}
