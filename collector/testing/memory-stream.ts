/**
 * A stream of the journal in memory: one segment, lines appended at its end, old ones removable.
 *
 * @module
 */
import type { StreamReader } from "../../core/journal/position.ts";

export interface MemoryStream extends StreamReader {
  append(...lines: string[]): void;
  /** As retention does: everything before a number of bytes is gone. */
  removeBefore(bytes: number): void;
}

export function memoryStream(stream: string, lines: readonly string[] = []): MemoryStream {
  let text = "";
  let removed = 0;
  const append = (...more: string[]): void => {
    for (const line of more) text += `${line}\n`;
  };
  append(...lines);
  return {
    stream,
    append,
    removeBefore(bytes) {
      removed = bytes;
    },
    async start() {
      return { segment: removed, offset: 0 };
    },
    async canResume(from) {
      return from.segment + from.offset <= text.length;
    },
    async readPiece(from, limits) {
      const begin = Math.max(removed, from.segment + from.offset);
      let end = begin;
      let lineCount = 0;
      while (end < text.length && lineCount < limits.maxLines) {
        const next = text.indexOf("\n", end) + 1;
        if (lineCount > 0 && next - begin > limits.maxBytes) break;
        end = next;
        lineCount++;
      }
      if (lineCount === 0) return undefined;
      return { lines: Buffer.from(text.slice(begin, end)), lineCount, next: { segment: end, offset: 0 } };
    },
    async backlogBytes(from) {
      return text.length - Math.max(removed, from.segment + from.offset);
    },
    async lostBefore(from) {
      return Math.max(0, removed - from.segment - from.offset);
    },
  };
}
