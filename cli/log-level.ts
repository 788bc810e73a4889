/**
 * What `--log-level` says.
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";
import { LOG_LEVELS, type LogLevel } from "../core/log.ts";

/** @throws LarderError `USAGE_LEVEL` for a word that is not a level. */
export function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new LarderError(`Cannot use the log level "${text}": expected ${LOG_LEVELS.join(", ")}`, {
    code: "USAGE_LEVEL",
    state: "nothing was started",
  });
}
