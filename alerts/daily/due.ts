/**
 * When a daily report is due. What was missed while nobody looked, as over a restart, is due at the next look.
 *
 * @module
 */
import { bucketsBefore } from "../../core/time/local-days.ts";

const MINUTE_MS = 60_000;
/** A report that is later than this is not sent any more: the next one is near. */
const LATEST_MS = 20 * 3_600_000;

/** Whether a schedule had a moment after one time and up to another. @throws Error of node-cron for what is not one */
export async function isDue(
  schedule: string,
  { afterMs, nowMs, timeZone }: { readonly afterMs: number; readonly nowMs: number; readonly timeZone: string },
): Promise<boolean> {
  const { default: cron } = await import("node-cron");
  const task = cron.createTask(schedule, () => undefined, { timezone: timeZone });
  try {
    const first = Math.floor(Math.max(afterMs, nowMs - LATEST_MS) / MINUTE_MS) + 1;
    for (let minute = first; minute * MINUTE_MS <= nowMs; minute++) {
      if (task.match(new Date(minute * MINUTE_MS))) return true;
    }
    return false;
  } finally {
    await task.destroy();
  }
}

/** The beginning of the last local day that is over. */
export function dayBefore(nowMs: number, timeZone: string): number {
  return bucketsBefore(nowMs, 1, { unit: "day", zone: timeZone });
}
