/**
 * What is looked at to know how the pipe is, as the settings have it.
 *
 * @module
 */
import { hasStatus, type PipeOptions } from "../collector/index.ts";
import type { Settings } from "./load-settings.ts";

export function pipeOptions({ stateDir, sinks, sources }: Settings): PipeOptions {
  const { managerStatus, serviceLog } = sources;
  return { stateDir, sinks, readsStatus: hasStatus(managerStatus), readsLog: serviceLog.enabled };
}
