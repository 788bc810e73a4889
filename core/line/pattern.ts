/**
 * Bytes that are looked for again and again, ready to be compared four at a time.
 *
 * @module
 */

export class Pattern {
  readonly text: string;
  readonly length: number;
  readonly #words: Int32Array;
  readonly #rest: Uint8Array;

  constructor(text: string) {
    this.text = text;
    const bytes = Buffer.from(text, "utf8");
    this.length = bytes.length;
    this.#words = new Int32Array(bytes.length >> 2);
    for (let i = 0; i < this.#words.length; i++) this.#words[i] = bytes.readInt32LE(i * 4);
    this.#rest = new Uint8Array(bytes.subarray(this.#words.length * 4));
  }

  /** Whether these bytes are at a position. */
  standsAt(bytes: DataView, start: number): boolean {
    if (start + this.length > bytes.byteLength) return false;
    const words = this.#words;
    let at = start;
    for (let i = 0; i < words.length; i++, at += 4) if (bytes.getInt32(at, true) !== words[i]) return false;
    const rest = this.#rest;
    for (let i = 0; i < rest.length; i++) if (bytes.getUint8(at + i) !== rest[i]) return false;
    return true;
  }
}
