/**
 * Collects the head of an answer from the reads of a socket: cut anywhere, interim answers before it, body behind it.
 *
 * @module
 */
import { MAX_HEAD_BYTES, parseResponseHead, type ResponseHead } from "./response-head.ts";

const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** A final head, and the bytes that came behind it. */
export interface ReadHead {
  readonly head: ResponseHead;
  readonly body: Buffer;
}

/** One answer after the other. */
export class HeadReader {
  /** The beginning of a head that a read has cut. */
  #cut: Buffer | undefined;
  /** Of all heads of the answer so far. */
  #bytes = 0;

  /** Whether part of an answer's head has come, and not all of it. */
  get begun(): boolean {
    return this.#bytes > 0;
  }

  /** @returns the final head, undefined until it is all there, or what is wrong with it. */
  take(bytes: Buffer): ReadHead | undefined | string {
    const all = this.#cut === undefined ? bytes : Buffer.concat([this.#cut, bytes]);
    this.#bytes -= this.#cut?.length ?? 0;
    this.#cut = undefined;
    for (let from = 0; ; ) {
      const end = all.indexOf(END_OF_HEAD, from);
      const upTo = end < 0 ? all.length : end + END_OF_HEAD.length;
      this.#bytes += upTo - from;
      if (this.#bytes > MAX_HEAD_BYTES) return `the answer's head is longer than ${MAX_HEAD_BYTES} bytes`;
      if (end < 0) {
        // copied: the buffer of the socket is everybody's
        this.#cut = Buffer.from(all.subarray(from));
        return undefined;
      }
      const head = parseResponseHead(all.toString("latin1", from, end));
      if (typeof head === "string") return `in the answer's head, ${head}`;
      if (head.status >= 200) {
        this.#bytes = 0;
        return { head, body: all.subarray(upTo) };
      }
      from = upTo;
    }
  }
}
