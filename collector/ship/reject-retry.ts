/**
 * Sends the lines a sink refused once more, after their cause has been mended: `larder sinks retry`.
 *
 * The reject file is put aside under another name, so that a collector that runs meanwhile writes a new one. What the
 * server takes goes; what it does not, or what could not be asked about, is put back before the file put aside is
 * removed. A crash leaves that file, and the next retry begins with it: at worst a line is sent twice, which changes no
 * number, and is in the file twice.
 *
 * @module
 */
import { join } from "node:path";
import { type Disk, realDisk } from "../../core/disk.ts";
import type { LarderError } from "../../core/errors.ts";
import { appendSynced, readIfThere } from "../../core/files.ts";
import { acquireLock } from "../../core/lock.ts";
import type { Sink } from "../sinks/sinks.ts";
import { type BisectProgress, noProgress } from "./bisect.ts";
import { Delivery } from "./delivery.ts";
import { rejectComment, rejectPath, retryPath } from "./reject-file.ts";
import { createRunLimits, Interrupted, type RunLimits, type ShipClock, systemClock } from "./run-limits.ts";

export interface RetryOptions {
  readonly sink: Sink;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** Reads and counts, sends and changes nothing. */
  readonly dryRun?: boolean;
  readonly clock?: ShipClock;
  readonly disk?: Disk;
}

/** What became of the lines of a reject file. */
export interface RetryReport {
  readonly sink: string;
  /** Lines in the file. */
  readonly lines: number;
  readonly takenLines: number;
  /** Lines that are older than the server keeps by now: they go. */
  readonly expiredLines: number;
  /** Lines that stay in the file: refused again, or not asked about. */
  readonly keptLines: number;
  /** Why lines are in the file, or stay in it, the most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly lines: number }[];
  /** Why not every line could be asked about. */
  readonly problem: LarderError | undefined;
}

/** How long a server that cannot answer is waited for. */
const PATIENCE_MS = 15_000;
const NEWLINE = 0x0a;
const HASH = 0x23;

/** A line and the comment above it, each with its newline. */
interface Entry {
  readonly line: Uint8Array;
  readonly comment: Uint8Array;
}

/**
 * Sends a sink's rejected lines once more.
 * @throws LarderError `LOCKED` when another retry is at it; `LOCK_FAILED`; what the disk says
 */
export async function retryRejected(options: RetryOptions): Promise<RetryReport> {
  const { stateDir, sink } = options;
  const [rejects, aside] = [rejectPath(stateDir, sink.name), retryPath(stateDir, sink.name)];
  const tally = new Tally(sink.name);
  if (options.dryRun === true) {
    for (const path of [aside, rejects]) {
      for (const entry of entriesOf((await readIfThere(path)) ?? Buffer.alloc(0))) tally.keep(entry);
    }
    return tally.report(undefined);
  }
  const lock = await acquireLock(join(stateDir, "rejected", "_retry"), "retry of rejected lines");
  try {
    const delivery = new Delivery(sink, 1, options.clock ?? systemClock);
    // what an earlier retry left behind goes first
    const left = await readIfThere(aside);
    if (left !== undefined) await resend(left, options, delivery, tally);
    if (await putAside(rejects, aside, options.disk)) {
      // what stayed of it has been put back, and is asked about with the others
      tally.forgetKept();
      await resend((await readIfThere(aside)) ?? Buffer.alloc(0), options, delivery, tally);
    }
    return tally.report(delivery.problem);
  } finally {
    await lock.release();
  }
}

async function putAside(rejects: string, aside: string, disk: Disk = realDisk): Promise<boolean> {
  if ((await readIfThere(rejects)) === undefined) return false;
  await disk.rename(rejects, aside);
  await disk.syncFolder(join(rejects, ".."));
  return true;
}

/** Sends what was put aside; puts back what stays, then removes it. */
async function resend(bytes: Buffer, options: RetryOptions, delivery: Delivery, tally: Tally): Promise<void> {
  const { stateDir, sink, disk = realDisk } = options;
  const back: Uint8Array[] = [];
  for (const piece of piecesOf(entriesOf(bytes), sink.limits)) {
    for (const entry of await sendPiece(piece, options, delivery, tally)) {
      tally.keep(entry);
      back.push(entry.comment, entry.line);
    }
  }
  const aside = retryPath(stateDir, sink.name);
  if (back.length > 0) await appendSynced(rejectPath(stateDir, sink.name), Buffer.concat(back), { disk });
  await disk.remove(aside);
  await disk.syncFolder(join(aside, ".."));
}

/** The entries of a piece that stay, each with its latest reason. */
async function sendPiece(
  piece: readonly Entry[],
  { signal, clock = systemClock }: RetryOptions,
  delivery: Delivery,
  tally: Tally,
): Promise<Entry[]> {
  const progress = noProgress();
  const limits: RunLimits = createRunLimits(signal);
  limits.deadlineMs = clock.nowMs() + PATIENCE_MS;
  let settled = piece.length;
  try {
    if (delivery.pausedUntilMs > limits.deadlineMs) throw new Interrupted();
    await delivery.deliver(Buffer.concat(piece.map(({ line }) => line)), progress, limits);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    settled = progress.settledLines;
  } finally {
    limits.dispose();
  }
  return tally.settle(piece, settled, progress, clock.nowMs());
}

/** Counts, and knows why lines stay. */
class Tally {
  readonly #sink: string;
  readonly #reasons = new Map<string, number>();
  #taken = 0;
  #expired = 0;
  #kept = 0;
  #unasked = 0;

  constructor(sink: string) {
    this.#sink = sink;
  }

  /** Counts the settled lines of a piece. @returns those that stay */
  settle(piece: readonly Entry[], settled: number, { rejected, expiredLines }: BisectProgress, nowMs: number): Entry[] {
    const refused = rejected.filter(({ index }) => index < settled);
    const unasked = piece.slice(settled);
    this.#expired += expiredLines;
    this.#taken += settled - refused.length - expiredLines;
    this.#unasked += unasked.length;
    return [...refused.map(({ line, reason }) => ({ line, comment: rejectComment(reason, nowMs) })), ...unasked];
  }

  keep({ comment }: Entry): void {
    this.#kept++;
    const reason = Buffer.from(comment)
      .toString("utf8")
      .replace(/^# (\S+Z )?/, "")
      .trim();
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  forgetKept(): void {
    this.#kept = 0;
    this.#unasked = 0;
    this.#reasons.clear();
  }

  report(problem: LarderError | undefined): RetryReport {
    const reasons = [...this.#reasons].map(([reason, lines]) => ({ reason, lines })).sort((a, b) => b.lines - a.lines);
    return {
      sink: this.#sink,
      lines: this.#taken + this.#expired + this.#kept,
      takenLines: this.#taken,
      expiredLines: this.#expired,
      keptLines: this.#kept,
      reasons,
      problem: this.#unasked > 0 ? problem : undefined,
    };
  }
}

/**
 * Lines with the last comment above each. A last line that was cut off is passed over: the collector had not gone past it,
 * and writes it again.
 */
function* entriesOf(bytes: Buffer): Generator<Entry> {
  let comment: Uint8Array = bytes.subarray(0, 0);
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline + 1;
    // no line has a zero byte: it is what a disk has in place of bytes it dropped, which were then written again
    const line = bytes.subarray(bytes.subarray(from, end).lastIndexOf(0) + 1 + from, end);
    from = end;
    if (line[0] === HASH) comment = line;
    else if (line.length > 1 && newline >= 0) yield { line, comment };
    else if (newline < 0 && WHOLE.test(line.toString("latin1")))
      yield { line: Buffer.concat([line, LINE_END]), comment };
  }
}

/** An editor may leave out the last newline; a line that ends in all 13 digits of its time is whole. */
const WHOLE = / \d{13}$/;
const LINE_END = Buffer.from("\n");

function* piecesOf(entries: Iterable<Entry>, limits: Sink["limits"]): Generator<Entry[]> {
  let piece: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (piece.length > 0 && (piece.length >= limits.maxLines || bytes + entry.line.length > limits.maxBytes)) {
      yield piece;
      [piece, bytes] = [[], 0];
    }
    piece.push(entry);
    bytes += entry.line.length;
  }
  if (piece.length > 0) yield piece;
}
