/**
 * The log: what the program goes on after. What is thrown is not logged here; the edge that catches it says it once.
 *
 * @module
 */
import type { Logger as Pino } from "pino";
import { withoutSecrets } from "./revealed.ts";
import { escapeUnprintable, jsonEscape } from "./words/printable.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Narrow on purpose: a message and its particulars, so that tests can hand in a list. */
export interface Log {
  debug(message: string, details?: Readonly<Record<string, unknown>>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** A log that says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * A log of JSON lines on standard error. A `Secret` among the details prints as `(secret)`; the text of one that has been
 * revealed is hidden wherever it appears.
 * pino is loaded here, so that commands which never log do not pay for it.
 */
export async function createLog(level: LogLevel): Promise<Log> {
  if (level === "silent") return silentLog;
  const { default: pino } = await import("pino");
  const hooks = { streamWrite: harmlessLine };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks }, pino.destination(2));
  return wrap(logger);
}

/** A line of JSON without what secrets hold, and without what would steer the terminal of somebody who looks at the file. */
export function harmlessLine(line: string): string {
  return withoutSecrets(line).replace(/^[^\n]*/, (json) => escapeUnprintable(json, jsonEscape));
}

function wrap(logger: Pino): Log {
  return {
    debug: (message, details) => logger.debug(details ?? {}, message),
    info: (message, details) => logger.info(details ?? {}, message),
    warn: (message, details) => logger.warn(details ?? {}, message),
    error: (message, details) => logger.error(details ?? {}, message),
  };
}
