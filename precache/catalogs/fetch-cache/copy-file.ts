/**
 * One catalogue on disk: a line of JSON that says what it is, then its text. One file, so that the two cannot disagree.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../../core/errors.ts";
import type { DocumentRequest } from "../catalog.ts";
import { questionOf } from "../question.ts";

/** A copy with the server's headers about it. */
export interface Copy {
  readonly path: string;
  /** Address it came from, without secrets. */
  readonly url: string;
  /** Where the text begins. */
  readonly bodyAt: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** When the server last confirmed this text. */
  readonly fetchedMs: number;
}

/** Bytes of the first line, padded, so that the time in it can be renewed in place. */
const HEAD_BYTES = 2048;

/** Name of the file for a request: the same question, the same name. */
export function copyName(request: Pick<DocumentRequest, "url" | "method" | "body" | "sameAs">): string {
  return `${createHash("sha256").update(questionOf(request)).digest("hex").slice(0, 40)}.copy`;
}

/** The first line of a copy; validators too long to keep are left out. */
export function copyHead(copy: Omit<Copy, "path" | "bodyAt">): Buffer {
  const { etag, lastModified, fetchedMs, url } = copy;
  const keep = (text: string | undefined) => (text !== undefined && text.length <= 256 ? text : undefined);
  const head = { larder: 1, fetchedMs, etag: keep(etag), lastModified: keep(lastModified), url: url.slice(0, 512) };
  const line = Buffer.from(JSON.stringify(head));
  const padded = Buffer.alloc(HEAD_BYTES, " ");
  if (line.length < HEAD_BYTES) line.copy(padded);
  else Buffer.from(JSON.stringify({ larder: 1, fetchedMs })).copy(padded);
  padded[HEAD_BYTES - 1] = 10;
  return padded;
}

/** The copy in a file; undefined when there is none, or none that can be used. */
export async function readCopy(path: string): Promise<Copy | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return bytesRead === HEAD_BYTES ? parseHead(path, buffer.toString("utf8")) : undefined;
  } finally {
    await file.close();
  }
}

/** Notes that the server still has this text. */
export async function renewCopy(copy: Copy, nowMs: number): Promise<Copy> {
  const file = await open(copy.path, "r+");
  try {
    await file.write(copyHead({ ...copy, fetchedMs: nowMs }), 0, HEAD_BYTES, 0);
  } finally {
    await file.close();
  }
  return { ...copy, fetchedMs: nowMs };
}

/** Age past which a copy nobody asked about is removed, and a download that was cut off. */
const KEPT_MS = 90 * 24 * 3_600_000;
const CUT_OFF_MS = 24 * 3_600_000;

/** Removes copies that nobody asked about for 90 days, and what killed downloads left a day ago. */
export async function sweepCopies(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const limit = name.endsWith(".tmp") ? CUT_OFF_MS : name.endsWith(".copy") ? KEPT_MS : Number.POSITIVE_INFINITY;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && nowMs - found.mtimeMs > limit) await rm(path, { force: true });
  }
}

function parseHead(path: string, text: string): Copy | undefined {
  let head: unknown;
  try {
    head = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof head !== "object" || head === null || !("fetchedMs" in head) || typeof head.fetchedMs !== "number") {
    return undefined;
  }
  const etag = "etag" in head && typeof head.etag === "string" ? head.etag : undefined;
  const lastModified = "lastModified" in head && typeof head.lastModified === "string" ? head.lastModified : undefined;
  const url = "url" in head && typeof head.url === "string" ? head.url : "";
  return { path, url, bodyAt: HEAD_BYTES, etag, lastModified, fetchedMs: head.fetchedMs };
}
