/**
 * A shipper at work: pieces of the journal on their way, and the sink's place.
 *
 * @module
 */
import { errorText, LarderError } from "../../core/errors.ts";
import type { Piece } from "../../core/journal/journal.ts";
import type { Sink } from "../sinks/sinks.ts";
import { type BisectProgress, noProgress } from "./bisect.ts";
import { type SinkFiles, savePositions } from "./cursor.ts";
import { Delivery } from "./delivery.ts";
import { openRejectFile, type RejectFile } from "./reject-file.ts";
import { createRunLimits, Interrupted, type RunLimits, type ShipClock, systemClock } from "./run-limits.ts";
import type { Shipper, ShipperOptions, ShipReport } from "./shipper.ts";
import type { SinkMemory } from "./sink-memory.ts";
import type { PieceFeed, Shipment } from "./slice-feed.ts";

const SAVE_EVERY_MS = 1000;
const IN_FLIGHT = 4;
/** After a piece of this size, one in flight has memory that is used again: such garbage has the whole heap searched. */
const ROOM_FROM_BYTES = 500_000;
const REJECT_MAX_BYTES = 64 * 1024 * 1024;

/** What a sink has from before. */
interface Opened {
  readonly files: SinkFiles;
  readonly feed: PieceFeed;
  readonly memory: SinkMemory;
}

export class JournalShipper implements Shipper {
  readonly #options: ShipperOptions;
  readonly #feed: PieceFeed;
  readonly #sink: Sink;
  readonly #clock: ShipClock;
  readonly #inFlight: number;
  readonly #delivery: Delivery;
  readonly #files: SinkFiles;
  readonly #rejects: RejectFile;
  #counts = noCounts();
  /** What went wrong on our side. */
  #trouble: LarderError | undefined;
  #limits: RunLimits;
  #workers = 0;
  #pumps = 0;
  #idle: (() => void)[] = [];
  #unsaved = false;
  #savedMs: number;
  #saving: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #memory: SinkMemory;
  #asked: Promise<unknown> | undefined;

  constructor(options: ShipperOptions, { files, feed, memory }: Opened) {
    this.#options = options;
    this.#feed = feed;
    this.#sink = options.sink;
    this.#clock = options.clock ?? systemClock;
    this.#inFlight = options.inFlight ?? IN_FLIGHT;
    this.#delivery = new Delivery(options.sink, this.#inFlight, this.#clock);
    this.#files = files;
    this.#rejects = openRejectFile(files, options.rejectMaxBytes ?? REJECT_MAX_BYTES);
    this.#limits = createRunLimits(options.signal);
    this.#savedMs = this.#clock.nowMs();
    this.#memory = memory;
  }

  pump(): void {
    this.#pumps++;
    this.#startWorker();
  }

  async finish(deadlineMs: number): Promise<ShipReport> {
    await this.#run(deadlineMs);
    if (this.#delivery.state === "ok" && (await this.#serverForgot())) await this.#run(deadlineMs);
    return await this.#report();
  }

  async #run(deadlineMs: number): Promise<void> {
    const limits = this.#limits;
    const alarm = new AbortController();
    limits.deadlineMs = deadlineMs;
    if (this.#delivery.pausedUntilMs > deadlineMs) limits.leave.abort();
    const rings = this.#clock.sleep(Math.max(0, deadlineMs - this.#clock.nowMs()), alarm.signal);
    void rings.then(() => {
      if (!alarm.signal.aborted) limits.kill.abort();
    });
    this.pump();
    await this.#endRun();
    alarm.abort();
  }

  /** Whether the server may have lost what it took: then the sink's place has gone back. */
  async #serverForgot(): Promise<boolean> {
    const { signal } = this.#options;
    const back = await this.#memory.ask(this.#sink, {
      outages: this.#delivery.outages,
      steadyMs: this.#clock.steadyMs(),
      signal,
    });
    if (back === undefined) return false;
    await this.#feed.goBack(back);
    await this.#save();
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#limits.kill.abort();
    await this.#endRun();
    this.#limits.dispose();
    await this.#sink.close();
  }

  #startWorker(): void {
    if (this.#closed || this.#workers >= this.#inFlight || this.#limits.leave.signal.aborted) return;
    this.#workers++;
    void this.#work();
  }

  /** One of the pieces in flight: takes pieces until there are none; while there are, another may join it. */
  async #work(): Promise<void> {
    let room: Buffer | undefined;
    try {
      this.#asked ??= this.#serverForgot();
      await this.#asked;
      for (;;) {
        const seen = this.#pumps;
        const job = this.#limits.leave.signal.aborted ? undefined : await this.#feed.take(room);
        if (job !== undefined) {
          this.#startWorker();
          await this.#settle(job);
          // only a backlog is worth memory of its own
          if (job.piece.lines.length >= ROOM_FROM_BYTES) room ??= Buffer.allocUnsafeSlow(this.#sink.limits.maxBytes);
        } else if (this.#pumps === seen || this.#limits.leave.signal.aborted) return;
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) this.#trouble = this.#asTrouble(error);
      this.#limits.leave.abort();
    } finally {
      this.#workers--;
      if (this.#workers === 0) for (const wake of this.#idle.splice(0)) wake();
    }
  }

  /** Delivers a piece and moves the sink's place. */
  async #settle(job: Shipment): Promise<void> {
    const progress = noProgress();
    try {
      await this.#delivery.deliver(job.piece.lines, progress, this.#limits);
    } catch (error) {
      await this.#settleBeginning(job, progress);
      throw error;
    }
    await this.#count(job.piece, progress);
    this.#counts.lostBytes += this.#feed.done(job);
    if (this.#clock.nowMs() - this.#savedMs >= SAVE_EVERY_MS) await this.#save();
  }

  /** A long search for bad lines does not restart in every pass: what is settled of the piece counts. */
  async #settleBeginning(job: Shipment, progress: BisectProgress): Promise<void> {
    const { settledLines } = progress;
    if (settledLines === 0 || settledLines >= job.piece.lineCount) return;
    const beginning = await this.#feed.beginning(job, settledLines);
    if (beginning === undefined) return;
    await this.#count(beginning, progress);
    this.#counts.lostBytes += this.#feed.beginningDone(job, beginning);
  }

  /** Keeps what was refused, before the sink's place moves past it, and counts. */
  async #count(piece: Piece, { rejected, expiredLines }: BisectProgress): Promise<void> {
    const { newLines, lostBytes } = await this.#rejects.append(rejected, this.#clock.nowMs());
    this.#counts.lostBytes += lostBytes;
    this.#counts.rejectedLines += newLines;
    this.#counts.expiredLines += expiredLines;
    this.#counts.shippedLines += piece.lineCount - rejected.length - expiredLines;
    this.#counts.shippedBytes += piece.lines.length - rejected.reduce((total, { line }) => total + line.length, 0);
    this.#unsaved = true;
  }

  async #save(): Promise<void> {
    this.#savedMs = this.#clock.nowMs();
    this.#unsaved = false;
    const positions = this.#feed.positions();
    this.#memory.reached(positions, this.#clock.steadyMs());
    const save = this.#saving.then(() => savePositions(this.#files, positions));
    // one after the other, so that an older place never overwrites a newer one
    this.#saving = save.catch(() => {});
    await save;
  }

  /** Waits for the workers; what they gave up is read again next time. */
  async #endRun(): Promise<void> {
    while (this.#workers > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    if (this.#limits.leave.signal.aborted) this.#feed.rewind();
    this.#limits.dispose();
    this.#limits = createRunLimits(this.#options.signal);
    if (!this.#unsaved) return;
    await this.#save().catch((error: unknown) => {
      this.#unsaved = true;
      this.#trouble = this.#asTrouble(error);
    });
  }

  async #report(): Promise<ShipReport> {
    const counts = this.#counts;
    const trouble = this.#trouble;
    this.#counts = noCounts();
    this.#trouble = undefined;
    const backlogBytes = await this.#feed.backlogBytes();
    const { state, problem, lastAckMs } = this.#delivery;
    const report: ShipReport = {
      sink: this.#sink.name,
      ...counts,
      backlogBytes,
      state: state === "ok" && trouble !== undefined ? "later" : state,
      problem: trouble ?? problem,
      lastAckMs,
    };
    await this.#memory.keep(report, this.#clock.nowMs());
    return report;
  }

  #asTrouble(error: unknown): LarderError {
    if (error instanceof LarderError) return error;
    return new LarderError(`Cannot ship to sink "${this.#sink.name}": ${errorText(error)}`, {
      code: "SHIP_FAILED",
      state: "nothing was lost; the journal keeps the lines",
      retryable: true,
      cause: error,
    });
  }
}

function noCounts() {
  return { shippedLines: 0, shippedBytes: 0, rejectedLines: 0, expiredLines: 0, lostBytes: 0 };
}
