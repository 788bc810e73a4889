/**
 * What a calendar says of the days around a moment.
 *
 * @module
 */

export interface Times {
  /** Days off, local: `2026-12-24`, or the first and last of several, `2026-12-23/2027-01-06`. */
  readonly days: readonly string[];
  /** Stretches in which what can wait waits. */
  readonly quiet: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export const NO_TIMES: Times = { days: [], quiet: [] };
