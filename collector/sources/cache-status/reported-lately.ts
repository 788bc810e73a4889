/**
 * Whether a cache reports its bytes to this computer: then its status does not count them as well.
 *
 * @module
 */
import { readPoint, scanReader } from "../../../core/history/history.ts";
import { lastCommit, openReader, streamFolder } from "../../../core/journal/journal.ts";

/** Reports come each minute to each day, every five minutes by default. */
const LATELY_MS = 3_600_000;

export async function reportedLately(stateDir: string, server: string, nowMs: number): Promise<boolean> {
  const folder = streamFolder(stateDir, "receiver");
  const last = await lastCommit(folder);
  if (last === undefined || last.at < nowMs - LATELY_MS) return false;
  let found = false;
  await scanReader(openReader(folder, "receiver"), [
    {
      ...{ measurement: "cachereport", fromMs: nowMs - LATELY_MS, toMs: nowMs + LATELY_MS },
      take: (line) => {
        found ||= readPoint(line).tags["server"] === server;
      },
    },
  ]);
  return found;
}
