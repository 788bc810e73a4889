/**
 * What an import takes and what it leaves out, counted as it goes.
 *
 * @module
 */
import type { Span } from "../../core/journal/journal.ts";
import type { ValueFault } from "./source-points.ts";

/** Points, and when the first and the last of them were. */
export interface PointCount {
  readonly points: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Why points are left out. */
export type LeftOutReason =
  | "the journal has them"
  | "too new"
  | "imported before"
  | "no value"
  | "no name"
  | ValueFault;

/** What comes of one cache. */
export interface ServerReport {
  readonly server: string;
  /** What is taken; undefined for nothing. */
  readonly taken: PointCount | undefined;
  /** Lines these points become. */
  readonly lines: number;
  readonly leftOut: readonly (PointCount & { readonly reason: LeftOutReason })[];
}

interface ServerCounts {
  taken: PointCount | undefined;
  lines: number;
  readonly leftOut: Map<LeftOutReason, PointCount>;
}

/** Counts by cache. */
export class Tally {
  readonly #servers = new Map<string, ServerCounts>();
  points = 0;
  lines = 0;

  take(server: string, ms: number, lines: number): void {
    const counts = this.#of(server);
    counts.taken = counted(counts.taken, ms);
    counts.lines += lines;
    this.points++;
    this.lines += lines;
  }

  leaveOut(server: string, ms: number, reason: LeftOutReason): void {
    const { leftOut } = this.#of(server);
    leftOut.set(reason, counted(leftOut.get(reason), ms));
  }

  report(): ServerReport[] {
    return [...this.#servers]
      .map(([server, { taken, lines, leftOut }]) => ({
        server,
        taken,
        lines,
        leftOut: [...leftOut].map(([reason, all]) => ({ reason, ...all })),
      }))
      .sort((a, b) => (a.server < b.server ? -1 : 1));
  }

  #of(server: string): ServerCounts {
    const known = this.#servers.get(server);
    if (known !== undefined) return known;
    const counts: ServerCounts = { taken: undefined, lines: 0, leftOut: new Map() };
    this.#servers.set(server, counts);
    return counts;
  }
}

function counted(all: PointCount | undefined, ms: number): PointCount {
  if (all === undefined) return { points: 1, fromMs: ms, toMs: ms };
  return { points: all.points + 1, fromMs: Math.min(all.fromMs, ms), toMs: Math.max(all.toMs, ms) };
}

/** The times of everything that is taken. */
export function takenSpan(servers: readonly ServerReport[]): Span | undefined {
  const all = servers.flatMap(({ taken }) => (taken === undefined ? [] : [taken]));
  if (all.length === 0) return undefined;
  return { fromMs: Math.min(...all.map(({ fromMs }) => fromMs)), toMs: Math.max(...all.map(({ toMs }) => toMs)) };
}
