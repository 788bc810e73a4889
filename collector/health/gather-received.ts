/**
 * What other caches have reported to this computer of late.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { ask } from "../../core/history/history.ts";
import { openReader, streamFolder } from "../../core/journal/journal.ts";
import { bucketStart, nextBucket } from "../../core/time/local-days.ts";
import { SET_ASIDE_REPORTS } from "../set-aside.ts";
import { rejectPath } from "../ship/ship.ts";
import type { ReceivedFacts } from "./facts.ts";

const DAY_MS = 86_400_000;

/** Undefined where none has ever reported. */
export async function gatherReceived(stateDir: string, nowMs: number): Promise<ReceivedFacts | undefined> {
  const last = await openReader(streamFolder(stateDir, "receiver"), "receiver").last();
  if (last === undefined) return undefined;
  const query = {
    measurement: "receiver",
    // whole hours, and the open one, are in roll-ups: part of one would be read line by line
    fromMs: bucketStart(nowMs - DAY_MS, "hour", "UTC"),
    toMs: nextBucket(nowMs, "hour", "UTC"),
    by: "all",
    timeZone: "UTC",
  } as const;
  const [sums] = await ask(stateDir, [{ sums: [query], answer: (found) => found.sums[0]?.[0]?.sums ?? {} }]);
  const count = (field: string): number => Number(sums[field] ?? 0);
  const asidePath = rejectPath(stateDir, SET_ASIDE_REPORTS);
  return {
    lastMs: last.at,
    reports: count("reports"),
    repeated: count("repeated"),
    setAside: count("setaside"),
    refused: count("refused"),
    unassigned: count("unassigned"),
    asidePath,
    asideBytes: await stat(asidePath).then(
      ({ size }) => size,
      () => 0,
    ),
  };
}
