/**
 * What came of shipping to one sink.
 *
 * @module
 */
import type { LarderError } from "../core/errors.ts";

export interface ShipReport {
  /** Name of the sink. */
  readonly sink: string;
  readonly shippedLines: number;
  readonly shippedBytes: number;
  /** Lines refused for ever: they are in the reject file. */
  readonly rejectedLines: number;
  /** Journal bytes this sink has yet to take. */
  readonly backlogBytes: number;
  /** Journal bytes that retention removed before this sink took them. */
  readonly lostBytes: number;
  /** `later`: the server could not take it now. `stopped`: nothing goes until somebody acts. */
  readonly state: "ok" | "later" | "stopped";
  readonly problem: LarderError | undefined;
  /** When a server last said yes, Unix milliseconds. */
  readonly lastAckMs: number | undefined;
}
