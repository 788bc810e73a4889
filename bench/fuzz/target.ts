/**
 * What is fuzzed: a function at an edge, and real inputs it begins with.
 *
 * @module
 */

export interface Target {
  /** `room/what`, such as `core/status`: the file in `targets/` is named after the room. */
  readonly name: string;
  /** Real inputs, small ones; what is not there on this machine is left out. */
  readonly seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Words of the format, put in here and there. */
  readonly words?: readonly string[];
  /**
   * The function at the edge. It returns or throws a LarderError; anything else is a fault. Where there is a writer too,
   * it compares what was read with what is read from what was written, and throws where they differ.
   */
  readonly run: (input: Buffer) => unknown;
  /** Whether an error is one the edge may throw, where that is not a LarderError alone. */
  readonly mayThrow?: (error: unknown) => boolean;
  /** Executions in `npm test`; for what is slow. */
  readonly shortRound?: number;
  /** What an input of at most 256 KiB may take, default a second. */
  readonly mostMs?: number;
}

/** Reading what was written gave something else. */
export class NotTheSame extends Error {
  constructor(read: unknown, again: unknown) {
    super(`what was read, ${shown(read)}, is not what is read when it was written: ${shown(again)}`);
    this.name = "NotTheSame";
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}n` : each));
  return String(text).slice(0, 200);
}
