/**
 * A cache that stops reporting, and one that reports again: an event each, once, in the journal beside the reports.
 *
 * @module
 */
import { fieldText, tagText } from "../../core/line/line.ts";
import { THRESHOLDS } from "../../core/thresholds.ts";
import { durationText } from "../../core/words/amounts.ts";
import type { Entry } from "./commit-queue.ts";

/** Of its reports, so many are missed before a cache is silent: one may come late. */
const MISSED = 3;
const LEAST_MS = THRESHOLDS.silentSeconds.trouble * 1000;

export const SILENCE_EVENTS = { silent: "cache-silent", back: "cache-back" } as const;

/** What is known of when a cache reports. */
export interface Heard {
  /** When something last came from it, by a clock nobody sets. */
  heardMs: number;
  /** From one of its reports to the next. */
  periodMs: number;
}

/** Of whom an event is: its name, its tags as text, and its last report. */
export interface Reporter {
  readonly server: string;
  readonly tags: string;
  readonly reports: { readonly newestMs: number };
}

/** Whether a cache has been silent for too long. @param nowMs by the clock of `heardMs`, which runs on whatever the time is set to */
export function isSilent({ heardMs, periodMs }: Heard, nowMs: number): boolean {
  return nowMs - heardMs >= Math.max(LEAST_MS, MISSED * periodMs);
}

/** The event of a cache that has fallen silent, or is back. */
export function silenceEvent(cache: Reporter, kind: keyof typeof SILENCE_EVENTS, timeMs: number): Entry {
  const { server, tags, reports } = cache;
  const quiet = durationText(Math.max(0, timeMs - reports.newestMs) / 1000);
  const event = SILENCE_EVENTS[kind];
  const fields = {
    title: kind === "silent" ? `${server} no longer reports` : `${server} reports again`,
    text: kind === "silent" ? `its last report is ${quiet} old` : `after ${quiet} without a report`,
    tags: `larder,${event}`,
  };
  const text = Object.entries(fields).map(([field, said]) => `${field}=${fieldText({ text: said })}`);
  return {
    text: `events${tags}${tagText({ event })} ${text.join(",")} ${timeMs}\n`,
    count: 1,
    span: { fromMs: timeMs, toMs: timeMs },
  };
}
