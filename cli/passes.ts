/**
 * Passes of a daemon: when they run, and what of a pass is logged of the sinks.
 *
 * @module
 */
import { checkSchedule, type PassReport, type ScheduleOptions } from "../collector/index.ts";
import { originOf, originText } from "../core/config/config.ts";
import { explainError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { LoadedSettings, Settings } from "./load-settings.ts";

/** @throws LarderError `CONFIG_SCHEDULE`, with the place of the schedule */
export async function checkScheduleOf({
  settings,
  origins,
}: Pick<LoadedSettings, "settings" | "origins">): Promise<void> {
  const placeOf = (key: string): string => `${originText(originOf(origins, key))}: ${key}`;
  await checkSchedule(settings.schedule, placeOf("schedule"));
  const { daily } = settings.alerts;
  if (daily !== undefined) await checkSchedule(daily.schedule, placeOf("alerts.daily.schedule"));
}

/** The schedule of the settings. */
export function scheduleOf(
  { schedule, timezone, server, spreadSeconds }: Settings,
  { signal, log }: Pick<ScheduleOptions, "signal" | "log">,
): ScheduleOptions {
  return { expression: schedule, timeZone: timezone, server, spreadSeconds, signal, log };
}

/** Says what each sink took, or why it took nothing. */
export function logSinks(sinks: PassReport["sinks"], log: Log): void {
  for (const { sink, problem, shippedLines, backlogBytes } of sinks) {
    if (problem !== undefined) log.error(explainError(problem), { sink, code: problem.code, backlogBytes });
    else if (shippedLines > 0) log.info("shipped", { sink, lines: shippedLines });
  }
}
