/**
 * The log of a command: JSON lines for a file or another program, readable lines where a person looks on.
 *
 * @module
 */
import { createLog, LOG_LEVELS, type Log, type LogLevel } from "../core/log.ts";
import { withoutSecrets } from "../core/revealed.ts";
import { isTerminal, printError } from "./output.ts";

/** The log on standard error. */
export async function openLog(level: LogLevel): Promise<Log> {
  return isTerminal(process.stderr) ? logForPeople(level, printError) : await createLog(level);
}

/** A log in lines such as `warning: the cache does not answer (sink main)`. */
export function logForPeople(level: LogLevel, write: (line: string) => void): Log {
  const least = LOG_LEVELS.indexOf(level);
  const at =
    (own: LogLevel, label: string): Log["warn"] =>
    (message, details = {}) => {
      if (LOG_LEVELS.indexOf(own) >= least) write(withoutSecrets(`${label}${message}${detailsText(details)}`));
    };
  return {
    debug: at("debug", "debug: "),
    info: at("info", ""),
    warn: at("warn", "warning: "),
    error: at("error", "error: "),
  };
}

function detailsText(details: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(details).map(([key, value]) => `${key} ${valueText(value)}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.message;
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? "none";
}
