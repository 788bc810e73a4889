/**
 * Something that is wrong, and what to do about it.
 *
 * @module
 */

/** `bad`: it does not do its work. `warn`: it will not for long, or somebody should look. */
export type FindingLevel = "bad" | "warn";

export interface Finding {
  /** Stable name, for scripts. */
  readonly id: string;
  readonly level: FindingLevel;
  /** What is wrong. */
  readonly said: string;
  /** One thing to do. */
  readonly next: string;
}
