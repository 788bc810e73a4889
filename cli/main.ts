#!/usr/bin/env node
/**
 * The only exit of larder: runs the program, says what went wrong once, and ends with the documented code.
 *
 * @module
 */
import { CommanderError } from "commander";
import { errorCode, explainError } from "../core/errors.ts";
import { ExitCode, ExitWith } from "./exit.ts";
import { printError } from "./output.ts";
import { createProgram } from "./program.ts";

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ExitWith) return error.exitCode;
  // commander has printed its own message by the time it throws
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  printError(explainError(error));
  const code = errorCode(error);
  if (code === "LOCKED") return ExitCode.busy;
  if (code?.startsWith("CONFIG_") === true) return ExitCode.config;
  return ExitCode.failed;
}
