/**
 * What scripts get with `--json`, described in docs/json.md: one form of time, null for what is unknown, and one shape for
 * everything that went wrong.
 *
 * @module
 */
import { CommanderError } from "commander";
import { errorCode, errorText, LarderError } from "../core/errors.ts";
import { withSameSettings } from "./same-settings.ts";

/** A failure for programs; `state` and `next` are null where there is nothing to say. */
export interface ProblemJson {
  /** Stable, upper case: docs/operations.md says what to do about each. */
  readonly code: string;
  readonly message: string;
  readonly state: string | null;
  readonly next: string | null;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
}

/** A failure as part of an answer, or as the `error` of one. @param next what to do where the error itself does not say */
export function problemJson(error: unknown, next: string | null = null): ProblemJson {
  if (error instanceof LarderError) {
    const { code, message, state = null, retryable } = error;
    return { code, message, state, next: sameNext(error.next ?? next), retryable };
  }
  if (error instanceof CommanderError) {
    // a group without a command: commander prints the help and says nothing else
    const message = error.code === "commander.help" ? "a command is missing" : error.message.replace(/^error: /, "");
    return { code: "USAGE", message, state: null, next, retryable: false };
  }
  return { code: errorCode(error) ?? "UNEXPECTED", message: errorText(error), state: null, next, retryable: false };
}

function sameNext(next: string | null): string | null {
  return next === null ? null : withSameSettings(next);
}

/**
 * A report of a room for scripts. A moment in milliseconds (`startedMs`, `timeMs`) is ISO 8601 in UTC under its name
 * without the unit (`started`, `time`), an error is a `ProblemJson`, and what is unknown is null, so that the key is there.
 * Lengths of time are in seconds in every report, so that no other key ends in `Ms`.
 */
export function scriptAnswer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scriptAnswer);
  if (value instanceof Error) return problemJson(value);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (!key.endsWith("Ms")) return [key, scriptAnswer(item)];
      return [key.slice(0, -2), typeof item === "number" ? isoTime(item) : null];
    }),
  );
}

/** A moment as every answer writes it; null for none. */
export function isoTime(timeMs: number | undefined): string | null {
  return timeMs === undefined || Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
}
