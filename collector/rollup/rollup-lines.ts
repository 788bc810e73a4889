/**
 * Lines of roll-ups as bytes, in memory that is used again: as texts, those of a back-fill outlived each search for garbage
 * and piled up.
 *
 * @module
 */
import type { Batch } from "../../core/journal/journal.ts";
import { ensureCapacity } from "../ensure-capacity.ts";

const FIRST_BYTES = 16 * 1024;
/** Of one UTF-16 unit. */
const MAX_UTF8_BYTES = 3;

export class RollupLines {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #size = 0;
  #count = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  /** Adds the line of a point, given without its time. */
  add(point: string, ms: number): void {
    const line = `${point} ${ms}\n`;
    this.#bytes = ensureCapacity(this.#bytes, this.#size, line.length * MAX_UTF8_BYTES);
    this.#size += this.#bytes.write(line, this.#size, "utf8");
    this.#count++;
    if (ms < this.#fromMs) this.#fromMs = ms;
    if (ms > this.#toMs) this.#toMs = ms;
  }

  /** What has been added, as a batch of the journal. Its bytes hold until lines are added after `clear`. */
  get batch(): Batch & { readonly lines: Uint8Array } {
    return {
      lines: this.#bytes.subarray(0, this.#size),
      lineCount: this.#count,
      span: this.#count === 0 ? undefined : { fromMs: this.#fromMs, toMs: this.#toMs },
    };
  }

  /** Starts over. */
  clear(): void {
    this.#size = 0;
    this.#count = 0;
    this.#fromMs = Number.POSITIVE_INFINITY;
    this.#toMs = Number.NEGATIVE_INFINITY;
  }
}
