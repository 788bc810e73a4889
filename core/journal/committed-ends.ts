/**
 * Where the committed bytes of each segment of a stream end, as a reader finds out and remembers.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { errorCode } from "../errors.ts";
import type { Journal } from "./journal.ts";
import { type CommittedEnd, committedEnd, segmentPath } from "./segment.ts";

export class CommittedEnds {
  readonly #folder: string;
  readonly #writer: Pick<Journal, "endOf"> | undefined;
  /** By segment, with the size it was found at: committed bytes never change. */
  readonly #known = new Map<number, { readonly size: number; readonly end: CommittedEnd }>();

  /** @param writer the stream's writer where it is in this process: it knows without looking */
  constructor(folder: string, writer: Pick<Journal, "endOf"> | undefined) {
    this.#folder = folder;
    this.#writer = writer;
  }

  /** The end of a segment; of one that is gone, its beginning. */
  async of(number: number): Promise<CommittedEnd> {
    const path = segmentPath(this.#folder, number);
    let size: number;
    try {
      ({ size } = await stat(path));
    } catch (error) {
      if (errorCode(error) === "ENOENT") return { offset: 0, commit: undefined };
      throw error;
    }
    const written = this.#writer?.endOf(number);
    if (written !== undefined && written.offset <= size) return written;
    const known = this.#known.get(number);
    if (known?.size === size) return known.end;
    const end = await committedEnd(path, size);
    this.#known.set(number, { size, end });
    return end;
  }
}
