/**
 * Whether a cache was wiped between two readings of what it holds.
 *
 * @module
 */

/** Below this size a wipe cannot be told from normal eviction. */
const WIPE_FROM_BYTES = 1e9;
const WIPED_SHARE = 0.1;

export function wasWiped(heldBytes: number, holdsBytes: number): boolean {
  return heldBytes >= WIPE_FROM_BYTES && holdsBytes < heldBytes * WIPED_SHARE;
}
