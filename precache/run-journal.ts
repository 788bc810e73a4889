/**
 * The journal's reader of a warming run: collects lines and appends them in batches.
 *
 * @module
 */
import { pointLine } from "../core/point.ts";
import { RunPoints } from "./run-points.ts";
import type { WarmEvent } from "./warm-events.ts";

/** What this file needs of a journal: the stream `precache`, open for writing. */
export interface LineJournal {
  append(batch: {
    readonly lines: string;
    readonly lineCount: number;
    readonly span: { readonly fromMs: number; readonly toMs: number } | undefined;
  }): Promise<void>;
}

/** A batch is committed when it holds so many lines, or is so old. */
const BATCH_LINES = 200;
const BATCH_MS = 10_000;

/** Takes the events of one run; what it took is committed when `flush` has resolved, and by itself at the end of a run. */
export class RunJournal {
  readonly #journal: LineJournal;
  readonly #points: RunPoints;
  #lines: string[] = [];
  #span: { fromMs: number; toMs: number } | undefined;
  #sinceMs = 0;

  constructor(journal: LineJournal, tags: Readonly<Record<string, string>>) {
    this.#journal = journal;
    this.#points = new RunPoints(tags);
  }

  /** @throws LarderError of the journal; the batch then does not count. */
  async take(event: WarmEvent): Promise<void> {
    for (const point of this.#points.from(event)) {
      if (this.#lines.length === 0) this.#sinceMs = event.atMs;
      this.#lines.push(pointLine(point));
      const { fromMs, toMs } = this.#span ?? { fromMs: point.timeMs, toMs: point.timeMs };
      this.#span = { fromMs: Math.min(fromMs, point.timeMs), toMs: Math.max(toMs, point.timeMs) };
    }
    const due = this.#lines.length >= BATCH_LINES || event.atMs - this.#sinceMs >= BATCH_MS;
    if (event.type === "run-start" || event.type === "run-end" || (due && this.#lines.length > 0)) await this.flush();
  }

  /** Commits what is still in hand. */
  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const batch = { lines: `${this.#lines.join("\n")}\n`, lineCount: this.#lines.length, span: this.#span };
    this.#lines = [];
    this.#span = undefined;
    await this.#journal.append(batch);
  }
}
