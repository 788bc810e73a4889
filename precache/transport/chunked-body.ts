/**
 * The chunked framing of HTTP/1.1, taken apart as its bytes come: cut anywhere, trailers thrown away.
 *
 * @module
 */

/** Longest line of a chunk's size or of a trailer. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILER_BYTES = 64 * 1024;
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\0\r\n]*)?$/;

/** What bytes of a chunked body turned out to be. */
export interface ChunkedBytes {
  /** Pieces of the body among them, valid as long as the bytes are. */
  readonly data: readonly Buffer[];
  /** Set once the body has ended: how many of the bytes came behind it. */
  readonly extraBytes: number | undefined;
}

/** One body. */
export class ChunkedBody {
  #state: "size" | "data" | "end-of-data" | "trailer" | "ended" = "size";
  /** Of the chunk, still to come. */
  #left = 0;
  #line = "";
  #trailerBytes = 0;

  /** Takes what came. @returns the body among it, or what is wrong with the framing. */
  take(bytes: Buffer): ChunkedBytes | string {
    const data: Buffer[] = [];
    let at = 0;
    while (at < bytes.length && this.#state !== "ended") {
      if (this.#state === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        data.push(piece);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#state = "end-of-data";
        continue;
      }
      const end = bytes.indexOf(0x0a, at);
      const upTo = end < 0 ? bytes.length : end + 1;
      this.#line += bytes.toString("latin1", at, upTo);
      at = upTo;
      if (this.#line.length > MAX_LINE_BYTES) return "a line between its chunks is too long";
      if (end < 0) break;
      const fault = this.#takeLine(this.#line);
      this.#line = "";
      if (fault !== undefined) return fault;
    }
    return { data, extraBytes: this.#state === "ended" ? bytes.length - at : undefined };
  }

  #takeLine(line: string): string | undefined {
    if (!line.endsWith("\r\n")) return "a line between its chunks does not end as HTTP says";
    const text = line.slice(0, -2);
    if (this.#state === "end-of-data") {
      this.#state = "size";
      return text === "" ? undefined : "a chunk is longer than its header says";
    }
    if (this.#state === "trailer") {
      this.#trailerBytes += line.length;
      if (text === "") this.#state = "ended";
      return this.#trailerBytes > MAX_TRAILER_BYTES ? "its trailer does not end" : undefined;
    }
    const size = CHUNK_SIZE.exec(text)?.[1];
    if (size === undefined) return "the size of a chunk is not a number";
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? "trailer" : "data";
    return undefined;
  }
}
