/**
 * The hours a run may use, worked out once, when the process starts. Pure.
 *
 * A job scheduled for the night can start in the morning: launchd starts a missed job when the computer wakes. The
 * next 06:00 is then nearly a day away, and would choke the line all day. So a window knows its beginning; where
 * only its end is given, it reaches back half a day.
 *
 * @module
 */
import { nextTimeOfDay } from "./units.ts";

/** Hours of the local clock: `06:00`, or with its beginning `22:00-06:00`. */
export interface RunWindow {
  readonly from: string | undefined;
  readonly until: string;
}

/** What a window means for a start at one moment. */
export type WindowAtStart =
  | { readonly open: true /** Unix milliseconds at which everything ends. */; readonly endMs: number }
  | { readonly open: false /** The end of a sentence. */; readonly why: string };

/** An end further away than this is not the one of this run. */
const LONGEST_MS = 12 * 3_600_000;

/** Reads `06:00` or `22:00-06:00`; undefined when it is neither. */
export function parseWindow(text: string): RunWindow | undefined {
  const parts = text.split("-").map((part) => part.trim());
  if (parts.length > 2 || parts.some((part) => nextTimeOfDay(part, 0) === undefined)) return undefined;
  const [first = "", second] = parts;
  if (second === undefined) return { from: undefined, until: first };
  return nextTimeOfDay(first, 0) === nextTimeOfDay(second, 0) ? undefined : { from: first, until: second };
}

/** Whether a run that starts now is inside its window, and when that ends. */
export function windowAt({ from, until }: RunWindow, nowMs: number): WindowAtStart {
  const endMs = nextTimeOfDay(until, nowMs) ?? nowMs;
  if (from === undefined) {
    if (endMs - nowMs <= LONGEST_MS) return { open: true, endMs };
    return {
      open: false,
      why: `too late: it was to end at ${until}, and the next ${until} is more than 12 hours away`,
    };
  }
  // inside, its end comes before it begins again
  const beginMs = nextTimeOfDay(from, nowMs) ?? nowMs;
  if (endMs < beginMs) return { open: true, endMs };
  return { open: false, why: `outside its hours, ${from} to ${until}` };
}
