/**
 * A server that keeps what was shipped, as the history asks it.
 *
 * @module
 */
import type { Wanted } from "../../../core/history/history.ts";
import type { Integer, ParsedLine } from "../../../core/line/line.ts";
import type { SumPart } from "./parts.ts";

/** Sums of one window of one group. */
export interface WindowSums {
  readonly windowStartMs: number;
  readonly group: Readonly<Record<string, string>>;
  readonly sums: ReadonlyMap<string, Integer>;
}

/** One type of server. */
export interface HistoryServer {
  /**
   * The sums of each part, in its place.
   * @throws LarderError `SINK_DENIED`, `SINK_NOT_FOUND`, `SINK_QUERY`, or one of the HTTP door
   */
  sums(parts: readonly SumPart[]): Promise<WindowSums[][]>;
  /** The lines somebody wants, or as many of them as are enough. Errors as of `sums`. */
  lines(wanted: Wanted): Promise<ParsedLine[]>;
}

/** How to reach what one destination has written. */
export interface ServerPlace {
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly timeoutMs: number;
  readonly caFile: string | undefined;
}

/** Lines of one answer; more are an error rather than a part of the truth. */
export const MOST_LINES = 100_000;
