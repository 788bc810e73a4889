/**
 * Whether the journal holds a report, or the counters of a time: asked only of what is older than is known by heart.
 *
 * @module
 */
import { readPoint, scanReader, textOf } from "../../core/history/history.ts";
import { openReader, streamFolder } from "../../core/journal/journal.ts";
import type { ReportingCache } from "./caches.ts";
import { COUNTER_MEASUREMENTS } from "./report-lines.ts";

/** What is looked for. */
export type LookedFor = "report" | "counters";

export interface LookUp {
  readonly what: LookedFor;
  readonly cache: Pick<ReportingCache, "guid" | "server">;
  readonly timeMs: number;
}

/** Looks into the segments that may hold the time. */
export async function isInJournal(
  stateDir: string,
  { what, cache: { guid, server }, timeMs }: LookUp,
): Promise<boolean> {
  let found = false;
  const measurements = what === "report" ? ["cachereport"] : COUNTER_MEASUREMENTS;
  const reader = openReader(streamFolder(stateDir, "receiver"), "receiver");
  await scanReader(
    reader,
    measurements.map((measurement) => ({
      measurement,
      fromMs: timeMs,
      toMs: timeMs + 1,
      take: (line) => {
        const { tags, fields } = readPoint(line);
        found ||= what === "report" ? textOf(fields.get("guid")) === guid : tags["server"] === server;
      },
    })),
  );
  return found;
}
