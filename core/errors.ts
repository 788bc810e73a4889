/**
 * The one error type of larder.
 *
 * Every message reads: Cannot <do what> "<on what>": <what happened, what was expected>. With it come
 * the state of the data and one next step, so that a person who reads it at night knows whether anything was lost.
 *
 * @module
 */

import { withoutSecrets } from "./revealed.ts";
import { guardedStep, systemWords } from "./words/system-errors.ts";

/** What an error says besides its message. */
export interface LarderErrorOptions {
  /** Stable upper-case word a program can branch on, such as `SINK_DENIED`. */
  readonly code: string;
  /** What state the data is in: "nothing was lost; the cursor stays at 48210". */
  readonly state?: string;
  /** One thing to do next. */
  readonly next?: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** An error that knows its code, the state of the data, the next step, and whether trying again makes sense. */
export class LarderError extends Error {
  readonly code: string;
  readonly state: string | undefined;
  readonly next: string | undefined;
  readonly retryable: boolean;

  constructor(message: string, options: LarderErrorOptions) {
    super(withoutSecrets(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LarderError";
    this.code = options.code;
    this.state = options.state === undefined ? undefined : withoutSecrets(options.state);
    // a right that this user could be given does not help against what the system itself guards
    const next = guardedStep(options.cause) ?? options.next;
    this.next = next === undefined ? undefined : withoutSecrets(next);
    this.retryable = options.retryable ?? false;
  }
}

/** What an unknown thrown value says, in one line; the file system's codes in plain words. */
export function errorText(error: unknown): string {
  const words = systemWords(errorCode(error));
  if (words !== undefined) return words;
  return withoutSecrets(error instanceof Error ? error.message.replaceAll(/\s*\n\s*/g, " ") : String(error));
}

/** The `code` of a Node or larder error (`ENOENT`, `ERR_SQLITE_ERROR`), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The lines a person reads: message, then code and state, then the next step. */
export function explainError(error: unknown): string {
  if (!(error instanceof LarderError)) return errorText(error);
  const second = [`code ${error.code}`, error.state].filter((part) => part !== undefined).join(" · ");
  const lines = [error.message, `  ${second}`];
  if (error.next !== undefined) lines.push(`  try  ${error.next}`);
  return lines.join("\n");
}
