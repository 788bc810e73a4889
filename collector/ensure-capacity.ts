/**
 * Memory that grows by doubling, for bytes that are written one after the other and then reused.
 *
 * @module
 */

/** The same memory, or larger with its first `size` bytes, when `more` would not fit behind them. */
export function ensureCapacity(bytes: Buffer, size: number, more: number): Buffer {
  if (size + more <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafeSlow(Math.max(size + more, bytes.length * 2));
  bytes.copy(larger, 0, 0, size);
  return larger;
}
