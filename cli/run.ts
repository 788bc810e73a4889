/**
 * Runs one command line to its end: the command's answer on the terminal, what went wrong said once, and the exit code.
 *
 * @module
 */
import { CommanderError } from "commander";
import { errorCode, errorText, explainError, LarderError } from "../core/errors.ts";
import { ExitCode, ExitWith } from "./exit.ts";
import { jsonAnswers, printError, printJson } from "./output.ts";
import { createProgram } from "./program.ts";

/**
 * Runs what `process.argv` asks for.
 * @returns the documented exit code; nothing is thrown and the process goes on.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const before = jsonAnswers();
  try {
    await createProgram(argv).parseAsync(argv);
    return ExitCode.ok;
  } catch (error) {
    const code = exitCodeOf(error);
    if (code !== ExitCode.ok && argv.includes("--json") && jsonAnswers() === before) printJson(errorJson(error));
    return code;
  }
}

/** A failure for programs; null where it is unknown. */
function errorJson(error: unknown): object {
  const known = error instanceof LarderError ? error : undefined;
  const { state = null, next = null, retryable = null } = known ?? {};
  const code = error instanceof CommanderError ? "USAGE" : (errorCode(error) ?? null);
  return { error: { code, message: errorText(error), state, next, retryable } };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ExitWith) return error.exitCode;
  // commander has printed its own message by the time it throws
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  printError(explainError(error));
  const code = errorCode(error);
  if (code?.startsWith("USAGE") === true) return ExitCode.usage;
  if (code === "LOCKED" || code === "DB_LOCKED") return ExitCode.busy;
  if (code?.startsWith("CONFIG_") === true) return ExitCode.config;
  return ExitCode.failed;
}
