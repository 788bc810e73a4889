/**
 * The text of a status: the output of a command, or a file. Bytes in, with a time-out and a limit; no meaning.
 *
 * @module
 */

import { type CommandResult, MAX_STATUS_BYTES, runCommand } from "../../../core/cache/cache.ts";
import { errorCode, errorText, LarderError } from "../../../core/errors.ts";
import { readRegularFile } from "../../../core/files.ts";
import { durationText } from "../../../core/words/amounts.ts";

const MAX_LINE = 256;

/** A command's output, however it ended. */
export interface Output {
  readonly text: string;
  /** Exit code; undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** Last line of its standard error. */
  readonly complaint: string | undefined;
}

/**
 * Runs the status command.
 * @param command program and arguments
 * @throws LarderError `STATUS_COMMAND` when it cannot be started, `STATUS_TIMEOUT`, `STATUS_HOSTILE` past the limit,
 * `STATUS_STOPPED` when the signal fired.
 */
export async function runStatusCommand(
  command: readonly string[],
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Output> {
  const [program = "", ...args] = command;
  limits.signal?.throwIfAborted();
  const { stdout, stderr, exitCode, failure } = await runCommand(program, args, limits);
  if (failure !== undefined) throw commandError(command, failure, limits.timeoutMs);
  return { text: stdout, exitCode, complaint: lastLine(stderr) };
}

/**
 * The text of a file and when it was written.
 * @throws LarderError `STATUS_FILE` when it cannot be read, `STATUS_HOSTILE` when it is longer than 4 MiB.
 */
export async function readStatusFile(path: string): Promise<{ text: string; modifiedMs: number }> {
  try {
    const { bytes, modifiedMs } = await readRegularFile(path, MAX_STATUS_BYTES);
    return { text: bytes.toString("utf8").replace(/^\ufeff/, ""), modifiedMs };
  } catch (error) {
    const code = errorCode(error) === "FILE_TOO_LARGE" ? "STATUS_HOSTILE" : "STATUS_FILE";
    throw fileError(path, errorText(error), code, error);
  }
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split("\n").at(-1)?.trim().slice(0, MAX_LINE) || undefined;
}

type Failure = NonNullable<CommandResult["failure"]>;

/** Code, what happened and the next step of each way a command fails. */
function explain({ kind, text }: Failure, timeoutMs: number): readonly [code: string, reason: string, next: string] {
  const setting = "set sources.managerStatus.command or .file";
  switch (kind) {
    case "missing":
      return ["STATUS_COMMAND", "there is no such program; it comes with macOS 10.13 and later", setting];
    case "slow":
      return [
        "STATUS_TIMEOUT",
        `it did not end within ${durationText(timeoutMs / 1000)} and was stopped`,
        "run it by hand on the cache; restarting content caching helps",
      ];
    case "long":
      return ["STATUS_HOSTILE", `${text} and was stopped`, "check that the command prints a status and nothing else"];
    case "stopped":
      return ["STATUS_STOPPED", "the pass was stopped", "nothing: the next pass asks again"];
    default:
      return ["STATUS_COMMAND", text, setting];
  }
}

function commandError(command: readonly string[], failure: Failure, timeoutMs: number): LarderError {
  const [code, reason, next] = explain(failure, timeoutMs);
  return new LarderError(`Cannot ask the cache for its status with "${command.join(" ")}": ${reason}`, {
    code,
    state: "nothing was written; the totals of the last reading stay",
    next,
    retryable: true,
    ...(failure.cause === undefined ? {} : { cause: failure.cause }),
  });
}

function fileError(path: string, said: string, code: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot read the status of the cache from "${path}": ${said}`, {
    code,
    state: "nothing was written; the totals of the last reading stay",
    next: "check that whatever writes this file still runs",
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
