/**
 * One catalogue from its server to a file, or not at all.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../../../core/disk.ts";
import { errorText, LarderError } from "../../../core/errors.ts";
import { type HttpStream, httpStream, publicUrl, requestError } from "../../../core/http/http.ts";
import { isTransientStatus, retryAfterMs } from "../../../core/retry.ts";
import type { DocumentRequest } from "../catalog.ts";
import { type Copy, copyHead } from "./copy-file.ts";
import { KindCheck } from "./document-kind.ts";
import { limited, plain } from "./stream-limits.ts";

/** `unchanged`: the server says that the copy is its text. `stored`: a new copy lies at the path. */
export type Answer = "unchanged" | "stored";

/** Where a copy of the answer is kept, and the one that is there. */
export interface CopyPlace {
  readonly path: string;
  readonly copy: Copy | undefined;
}

export interface DownloadOptions {
  readonly timeoutMs?: number;
  readonly nowMs: () => number;
  readonly signal?: AbortSignal;
}

/**
 * Asks the server, with the validators of the copy if there is one, and stores what it sends once it is whole.
 * @throws LarderError `CATALOG_UNREACHABLE`, `CATALOG_REFUSED`, `CATALOG_TOO_LARGE`, `CATALOG_BROKEN`; what lies at the
 *   path is then as it was.
 */
export async function download(
  request: DocumentRequest,
  { path, copy }: CopyPlace,
  options: DownloadOptions,
): Promise<Answer> {
  const timeoutMs = options.timeoutMs ?? 120_000;
  const asked = { ...request, headers: headersFor(request, copy), timeoutMs, ...signalOf(options) };
  const answer = await httpStream(asked).catch((error: unknown) => {
    throw unreachable(request, error);
  });
  if (answer.status === 304 && copy !== undefined) {
    await drain(answer);
    return "unchanged";
  }
  if (answer.status !== 200) throw await refused(request, answer, options.nowMs());
  const body = explained(answer, (error) => unreachable(request, requestError(asked, error)));
  await store(path, request, { body, headers: answer.headers, fetchedMs: options.nowMs() });
  return "stored";
}

function headersFor(request: DocumentRequest, copy: Copy | undefined): Record<string, string> {
  return {
    "accept-encoding": "gzip",
    ...(copy?.etag === undefined ? {} : { "if-none-match": copy.etag }),
    ...(copy?.lastModified === undefined ? {} : { "if-modified-since": copy.lastModified }),
    ...request.headers,
  };
}

function signalOf(options: DownloadOptions): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}

/** The body, with the network's failures in our words; undici knows when fewer bytes came than were announced. */
async function* explained(answer: HttpStream, explain: (error: unknown) => LarderError): AsyncIterable<Buffer> {
  try {
    yield* answer.body;
  } catch (error) {
    throw explain(error);
  }
}

async function store(
  path: string,
  request: DocumentRequest,
  { body, headers, fetchedMs }: { body: AsyncIterable<Buffer>; headers: HttpStream["headers"]; fetchedMs: number },
): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  const check = new KindCheck(request);
  try {
    const file = await open(temporary, "wx", 0o640);
    try {
      const { etag, "last-modified": lastModified } = headers;
      await file.write(copyHead({ url: publicUrl(request.url), etag, lastModified, fetchedMs }));
      for await (const piece of limited(plain(body), request)) {
        check.look(piece);
        await file.writeFile(piece);
      }
      check.end();
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof LarderError) throw error;
    throw new LarderError(`Cannot read catalogue "${publicUrl(request.url)}": ${errorText(error)}`, {
      code: "CATALOG_BROKEN",
      cause: error,
    });
  }
}

function unreachable(request: DocumentRequest, error: unknown): LarderError {
  if (error instanceof LarderError && error.code === "HTTP_ABORTED") return error;
  const known = error instanceof LarderError ? error : undefined;
  return new LarderError(`Cannot fetch catalogue "${publicUrl(request.url)}": ${errorText(error)}`, {
    code: "CATALOG_UNREACHABLE",
    retryable: known?.retryable ?? true,
    ...(known?.next === undefined ? {} : { next: known.next }),
    cause: error,
  });
}

/** An answer that may be another one soon. */
export class CatalogBusy extends LarderError {
  /** How long the server asks to be left alone, milliseconds. */
  readonly askedMs: number | undefined;

  constructor(message: string, askedMs: number | undefined) {
    super(message, { code: "CATALOG_REFUSED", retryable: true });
    this.askedMs = askedMs;
  }
}

async function refused(request: DocumentRequest, answer: HttpStream, nowMs: number): Promise<LarderError> {
  const body = await drain(answer);
  const said = request.explainRefusal?.(body);
  const words = said === undefined ? "" : ` (${said})`;
  const message = `Cannot fetch catalogue "${publicUrl(request.url)}": the server answered ${answer.status}${words}, expected 200`;
  if (isTransientStatus(answer.status)) {
    return new CatalogBusy(message, retryAfterMs(answer.headers["retry-after"], nowMs));
  }
  return new LarderError(message, { code: "CATALOG_REFUSED" });
}

/** What a body says in its first 64 KiB; the rest is not read. */
async function drain(answer: HttpStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of plain(answer.body)) {
      pieces.push(piece);
      size += piece.length;
      if (size > 65_536) break;
    }
  } catch {
    // What a refusal says is a courtesy; that it was one is known already.
  }
  return Buffer.concat(pieces);
}
