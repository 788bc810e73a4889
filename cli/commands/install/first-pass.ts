/**
 * Whether a collector that was started really works: its first new mark in the journal.
 *
 * @module
 */
import { lastCommit, streamFolder } from "../../../core/journal/journal.ts";
import type { Clock } from "../../../core/time/clock.ts";

const LOOK_EVERY_MS = 500;

export interface Expected {
  readonly stateDir: string;
  /** Marks after it count. Unix milliseconds. */
  readonly sinceMs: number;
  readonly withinMs: number;
  readonly clock: Clock;
}

/** When the pass was made, in Unix milliseconds; undefined when none was within the time. */
export async function firstPass({ stateDir, sinceMs, withinMs, clock }: Expected): Promise<number | undefined> {
  const folder = streamFolder(stateDir, "collector");
  for (const endMs = clock.now() + withinMs; ; ) {
    const at = (await lastCommit(folder).catch(() => undefined))?.at;
    if (at !== undefined && at > sinceMs) return at;
    if (clock.now() >= endMs) return undefined;
    await clock.sleep(LOOK_EVERY_MS);
  }
}
