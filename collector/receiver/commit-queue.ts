/**
 * Many writers, one flush: what comes while the disk is busy is committed together. A promise is kept when its lines are
 * on the disk.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Cursors, type Journal, joinSpans, type Span } from "../../core/journal/journal.ts";

/** Lines of one writer. */
export interface Entry {
  readonly text: string;
  readonly count: number;
  readonly span: Span | undefined;
  /** What becomes true with it. */
  readonly cursors?: Cursors;
}

/** Too much waits for the disk. */
export class QueueFull extends Error {}

const MAX_WAITING_CHARACTERS = 32_000_000;
/** Of one flush. */
const MAX_BATCH = 2000;
/**
 * From the beginning of a flush to that of the next: a hundred a second are as many as a cache can notice, and each costs
 * the disk and the processor as much as ten reports. Where little comes, nothing waits.
 */
const FLUSH_EVERY_MS = 10;

interface Waiting extends Entry {
  done(): void;
  fail(error: unknown): void;
}

export class CommitQueue {
  readonly #journal: Journal;
  #waiting: Waiting[] = [];
  #characters = 0;
  /** When the last flush began. */
  #flushedMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /**
   * Resolves when the lines are on the disk.
   * @throws QueueFull at once; LarderError `JOURNAL_FULL` or `JOURNAL_WRITE`: they do not count
   */
  async commit(entry: Entry): Promise<void> {
    if (this.#characters > MAX_WAITING_CHARACTERS) throw new QueueFull("too much waits for the disk");
    this.#characters += entry.text.length;
    await new Promise<void>((done, fail) => {
      this.#waiting.push({ ...entry, done, fail });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // what else has come in this turn goes along
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const restMs = this.#flushedMs + FLUSH_EVERY_MS - performance.now();
      if (restMs > 0) await sleep(restMs);
      this.#flushedMs = performance.now();
      const batch = this.#waiting.slice(0, MAX_BATCH);
      this.#waiting = this.#waiting.slice(MAX_BATCH);
      try {
        await this.#journal.append({
          lines: batch.map(({ text }) => text).join(""),
          lineCount: batch.reduce((sum, { count }) => sum + count, 0),
          cursors: Object.assign({}, ...batch.map(({ cursors }) => cursors)) as Cursors,
          span: batch.reduce<Span | undefined>((all, { span }) => joinSpans(all, span), undefined),
        });
        for (const each of batch) each.done();
      } catch (error) {
        for (const each of batch) each.fail(error);
      }
      for (const { text } of batch) this.#characters -= text.length;
    }
    this.#running = undefined;
  }
}
