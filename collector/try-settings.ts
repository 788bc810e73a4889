/**
 * What only shows when settings are used: the schedule is a cron expression, and the secrets they name can be read.
 *
 * @module
 */
import type { Log } from "../core/log.ts";
import { checkSchedule } from "./schedule.ts";
import type { SinkOptions } from "./sinks/options.ts";
import { readSinkSecrets } from "./sinks/sinks.ts";

/**
 * Tries what `collect` will need; asks no server anything.
 * @throws LarderError `CONFIG_SCHEDULE`, `CONFIG_SECRET`.
 */
export async function checkUse(
  settings: { readonly schedule: string; readonly sinks: readonly SinkOptions[] },
  log: Log,
): Promise<void> {
  await checkSchedule(settings.schedule);
  for (const { name, ...target } of settings.sinks) await readSinkSecrets(name, target, { log });
}
