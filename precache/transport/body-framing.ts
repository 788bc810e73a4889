/**
 * Where a body ends: after a number of bytes, after its last chunk, or with the connection.
 *
 * @module
 */
import { ChunkedBody } from "./chunked-body.ts";
import type { ResponseHead } from "./response-head.ts";

/** What bytes of a connection turned out to be. */
export interface BodyBytes {
  readonly data: readonly Buffer[];
  /** How many came behind the body's end. */
  readonly extraBytes: number;
}

/** The framing of one body, counted down as its bytes come. */
export class BodyFraming {
  readonly #chunks: ChunkedBody | undefined;
  #left: number | undefined;
  /** Body bytes so far. */
  bytes = 0;
  /** The body has ended where its framing says. */
  done: boolean;

  private constructor(left: number | undefined, chunks: ChunkedBody | undefined) {
    this.#left = left;
    this.#chunks = chunks;
    this.done = left === 0;
  }

  /** The framing an answer announces, or what is wrong with it. RFC 9112, 6.3. */
  static of(method: string, head: ResponseHead, lengthBytes: number | undefined): BodyFraming | string {
    if (method === "HEAD" || head.status === 204 || head.status === 304) return new BodyFraming(0, undefined);
    const coding = head.headers["transfer-encoding"];
    if (coding === undefined) return new BodyFraming(lengthBytes, undefined);
    if (lengthBytes !== undefined) return "it announces both chunks and a length";
    if (head.minor === 0 || coding.toLowerCase() !== "chunked") return `its Transfer-Encoding is "${coding}"`;
    return new BodyFraming(undefined, new ChunkedBody());
  }

  get chunked(): boolean {
    return this.#chunks !== undefined;
  }

  /** The end of the connection is the end of the body. */
  get untilClose(): boolean {
    return this.#left === undefined && this.#chunks === undefined;
  }

  /** Bytes still to come; undefined where nobody knows. */
  get leftBytes(): number | undefined {
    return this.#left;
  }

  /** Takes what came. @returns the body among it, or what is wrong with the framing. */
  take(bytes: Buffer): BodyBytes | string {
    if (this.#chunks !== undefined) {
      const taken = this.#chunks.take(bytes);
      if (typeof taken === "string") return taken;
      for (const piece of taken.data) this.bytes += piece.length;
      this.done = taken.extraBytes !== undefined;
      return { data: taken.data, extraBytes: taken.extraBytes ?? 0 };
    }
    const own = this.#left !== undefined && bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.bytes += own.length;
    if (this.#left !== undefined) this.#left -= own.length;
    this.done = this.#left === 0;
    return { data: own.length === 0 ? [] : [own], extraBytes: bytes.length - own.length };
  }

  /** The connection has ended in order. @returns whether that ends the body. */
  endOfConnection(): boolean {
    if (this.untilClose) this.done = true;
    return this.untilClose;
  }
}
