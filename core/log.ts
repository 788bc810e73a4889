/**
 * The log: what the program goes on after. What is thrown is not logged here; the edge that catches it says it once.
 *
 * @module
 */
import type { Logger as Pino } from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Narrow on purpose: a message and its particulars, so that tests can hand in a list. */
export interface Log {
  debug(message: string, details?: Readonly<Record<string, unknown>>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Keys whose values never reach a log, at any of the first three depths. */
const SECRET_KEYS = ["password", "token", "authorization", "secret", "cookie", "mdmPassword", "mdmToken", "webhook"];

/** A log that says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * A log of JSON lines on standard error, with secrets redacted by key.
 * pino is loaded here, so that commands which never log do not pay for it.
 */
export async function createLog(level: LogLevel): Promise<Log> {
  if (level === "silent") return silentLog;
  const { pino } = await import("pino");
  const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: paths },
    pino.destination(2),
  );
  return wrap(logger);
}

function wrap(logger: Pino): Log {
  return {
    debug: (message, details) => logger.debug(details ?? {}, message),
    info: (message, details) => logger.info(details ?? {}, message),
    warn: (message, details) => logger.warn(details ?? {}, message),
    error: (message, details) => logger.error(details ?? {}, message),
  };
}
