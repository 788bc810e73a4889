/**
 * What servers rejected permanently: `stateDir/rejected/<sink>.lp`, each line under a comment with the time and the reason.
 *
 * The file is line protocol: mend the cause, or the lines, and send them once more (`reject-retry.ts`). It is flushed to disk before the sink's place in the journal
 * moves past its lines; a crash between the two may leave a line in it twice. When it is full, further lines are counted
 * as lost instead of written, and the journal still holds them until its own retention.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Disk, realDisk } from "../../core/disk.ts";
import { errorCode, errorText, LarderError } from "../../core/errors.ts";
import { appendSynced, makeFolder } from "../../core/files.ts";
import type { RejectedLine } from "./bisect.ts";
import type { SinkFiles } from "./cursor.ts";

export interface RejectFile {
  /**
   * Appends rejected lines and flushes them to disk. A line that this process has appended before is passed over: it was
   * sent again and refused again.
   * @throws LarderError `REJECT_WRITE`
   */
  append(rejected: readonly RejectedLine[], nowMs: number): Promise<Appended>;
}

/** What became of rejected lines. */
export interface Appended {
  /** Lines that were not known to be refused. */
  readonly newLines: number;
  /** Lines for which there was no room, and their bytes. */
  readonly lostLines: number;
  readonly lostBytes: number;
}

/** As many lines are remembered as refused. */
const REMEMBERED_LINES = 10_000;

/** Where the lines a sink refused are kept. */
export function rejectPath(stateDir: string, sink: string): string {
  return join(stateDir, "rejected", `${sink}.lp`);
}

/** Where they are while they are sent once more. No sink has a name that begins so. */
export function retryPath(stateDir: string, sink: string): string {
  return join(stateDir, "rejected", `_retry.${sink}.lp`);
}

/** The comment above a refused line: when, and why. */
export function rejectComment(reason: string, nowMs: number): Buffer {
  return Buffer.from(`# ${new Date(nowMs).toISOString()} ${reason.replaceAll(/[\r\n]+/g, " ")}\n`, "utf8");
}

/** @param maxBytes size it never exceeds */
export function openRejectFile({ stateDir, sink, disk = realDisk }: SinkFiles, maxBytes: number): RejectFile {
  const path = rejectPath(stateDir, sink);
  const known = new Set<string>();
  return {
    async append(rejected, nowMs) {
      const unknown = rejected.filter(({ line }) => !known.has(fingerprint(line)));
      if (unknown.length === 0) return { newLines: 0, lostLines: 0, lostBytes: 0 };
      try {
        const outcome = await appendWithin({ path, disk, maxBytes }, unknown, nowMs);
        // a line that found no room is not in the file, so it is not remembered either
        for (const { line } of outcome.kept) known.add(fingerprint(line));
        for (const oldest of known) {
          if (known.size <= REMEMBERED_LINES) break;
          known.delete(oldest);
        }
        return { newLines: unknown.length, lostLines: outcome.lostLines, lostBytes: outcome.lostBytes };
      } catch (error) {
        throw new LarderError(`Cannot write what was refused to "${path}": ${errorText(error)}`, {
          code: "REJECT_WRITE",
          state: "nothing was lost: what refused it goes on from before it once it can be written",
          next: "make room on the disk, or give this user the right to write there",
          retryable: true,
          cause: error,
        });
      }
    },
  };
}

function fingerprint(line: Uint8Array): string {
  return createHash("sha1").update(line).digest("base64");
}

async function appendWithin(
  { path, disk, maxBytes }: { readonly path: string; readonly disk: Disk; readonly maxBytes: number },
  rejected: readonly RejectedLine[],
  nowMs: number,
): Promise<{ readonly lostLines: number; readonly lostBytes: number; readonly kept: readonly RejectedLine[] }> {
  await makeFolder(join(path, ".."));
  let room = maxBytes - (await sizeOf(path));
  const outcome = { lostLines: 0, lostBytes: 0, kept: [] as RejectedLine[] };
  const parts: Uint8Array[] = [];
  for (const each of rejected) {
    const { line, reason } = each;
    const comment = rejectComment(reason, nowMs);
    const size = comment.length + line.length;
    if (size > room) {
      outcome.lostLines++;
      outcome.lostBytes += line.length;
      continue;
    }
    room -= size;
    parts.push(comment, line);
    outcome.kept.push(each);
  }
  await appendSynced(path, Buffer.concat(parts), { disk });
  return outcome;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw error;
  }
}
