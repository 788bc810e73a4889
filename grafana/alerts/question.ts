/**
 * What an alert rule asks: one number for each cache, in words both query languages have a way of saying.
 *
 * @module
 */

/** A flag of a measurement, and the value of it that counts. */
export interface Flag {
  readonly field: string;
  readonly is: boolean;
}

export type AlertQuestion =
  /** The newest number. */
  | { readonly kind: "last"; readonly measurement: string; readonly field: string; readonly unless?: Flag }
  /** 1 where the newest of one of these flags is so, 0 where none is. `parts`: tags of several subjects in one cache. */
  | {
      readonly kind: "flags";
      readonly measurement: string;
      readonly wrong: readonly Flag[];
      readonly unless?: Flag;
      readonly parts?: readonly string[];
    }
  /** The sum over all lines of the newest moment: one line a target. */
  | { readonly kind: "newest-run"; readonly measurement: string; readonly field: string }
  /** Points in the end of the range, in pieces of time: 0 for caches that wrote in the range, and not in that end. */
  | {
      readonly kind: "heard";
      readonly measurement: string;
      readonly fields: readonly string[];
      readonly end: { readonly each: string; readonly count: number; readonly all: string };
    }
  /** How many events of some kinds. */
  | { readonly kind: "events"; readonly among: string }
  /** 1 where the newest of several kinds of event is this one. */
  | { readonly kind: "newest-event"; readonly event: string; readonly among: string }
  /** The sum of the local day that is not over. */
  | { readonly kind: "today"; readonly measurement: string; readonly field: string }
  /** Of the last day that is over, where it was busy: bytes that did not come from Apple, or their share. */
  | { readonly kind: "busy-day"; readonly as: "bytes" | "share"; readonly busyBytes: number }
  /** 1 while larder's own rule fires. */
  | { readonly kind: "verdict"; readonly rule: string };

/** Tags an alert carries. */
export const CACHE_LABELS: readonly string[] = ["server", "site_name", "region"];
/** Larder's own verdict is about a server and a part of it; its other tags may change while it fires. */
export const VERDICT_LABELS: readonly string[] = ["server", "subject"];

/** The tags by which the answers of a question are told apart. */
export function labelsOf(question: AlertQuestion): readonly string[] {
  if (question.kind === "verdict") return VERDICT_LABELS;
  return question.kind === "flags" ? [...CACHE_LABELS, ...(question.parts ?? [])] : CACHE_LABELS;
}

/** The day's two numbers, of which shares are made. */
export const DAYS = { measurement: "served_1d", local: "local", origin: "origin" } as const;
