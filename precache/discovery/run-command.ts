/**
 * Commands of the system, run with a time-out and a size limit, never through a shell.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { errorCode } from "../../core/errors.ts";

/** What a command said. */
export interface CommandResult {
  /** `undefined` when it could not be run at all, or was stopped. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no exit code: `not there`, `no answer within 30 s`, `more than 4 MB`. */
  readonly trouble: string | undefined;
}

/** Runs a command; never throws. Injected, so that a test can be any Mac. */
export type RunCommand = (command: string, args: readonly string[]) => Promise<CommandResult>;

export const COMMAND_TIMEOUT_MS = 30_000;
export const COMMAND_MAX_BYTES = 4 * 1024 * 1024;

/** The runner for real: the command's own name, no shell, a bounded time and a bounded answer. */
export const runCommand: RunCommand = (command, args) => runWithin(command, args, COMMAND_TIMEOUT_MS);

/** As `runCommand`, within a time of the caller's. */
export async function runWithin(command: string, args: readonly string[], timeoutMs: number): Promise<CommandResult> {
  return await new Promise((resolve) => {
    execFile(
      command,
      [...args],
      { timeout: timeoutMs, maxBuffer: COMMAND_MAX_BYTES, killSignal: "SIGKILL", encoding: "utf8" },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ exitCode: 0, stdout, stderr, trouble: undefined });
        const exitCode = typeof error.code === "number" ? error.code : undefined;
        resolve({
          exitCode,
          stdout,
          stderr,
          trouble: exitCode === undefined ? troubleOf(error, timeoutMs) : undefined,
        });
      },
    );
  });
}

function troubleOf(error: Error & { killed?: boolean }, timeoutMs: number): string {
  const code = errorCode(error);
  if (code === "ENOENT") return "the command is not on this computer";
  if (code === "EACCES") return "the command may not be run";
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return `it said more than ${COMMAND_MAX_BYTES / 1024 / 1024} MiB`;
  if (error.killed === true) return `no answer within ${timeoutMs / 1000} s`;
  return error.message;
}
