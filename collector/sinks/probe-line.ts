/**
 * The line that shows whether a server takes anything at all.
 *
 * @module
 */

/** `larder probe=1i`, a whole line that any healthy server takes, and no other program writes. */
export function probeLine(timeMs: number): Uint8Array {
  return Buffer.from(`larder probe=1i ${timeMs}\n`);
}
