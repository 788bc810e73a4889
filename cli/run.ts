/**
 * Runs one command line to its end: the command's answer on the terminal, an error printed once, and the exit code.
 *
 * @module
 */
import { type Command, CommanderError } from "commander";
import { errorCode, explainError, LarderError } from "../core/errors.ts";
import { ExitCode, ExitWith } from "./exit.ts";
import { problemJson } from "./json-answer.ts";
import { jsonAnswers, printError, printJsonLine } from "./output.ts";
import { commandPath, createProgram } from "./program.ts";
import { rememberSettings, withSameSettings } from "./same-settings.ts";

/**
 * Runs what `process.argv` asks for.
 * @returns the documented exit code; nothing is thrown and the process goes on.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const before = jsonAnswers();
  rememberSettings(argv);
  const program = createProgram(argv);
  try {
    await program.parseAsync(argv);
    return ExitCode.ok;
  } catch (thrown) {
    const error = withHelp(thrown, helpOf(program, argv));
    const code = exitCodeOf(error);
    if (code !== ExitCode.ok && jsonAnswers() === before) failForScripts(argv, error, program);
    return code;
  }
}

/**
 * The answer of a command line that asked for JSON and failed. In one line, so that it also fits behind the passes of a
 * collector, one line each.
 */
export function failForScripts(argv: readonly string[], error: unknown, program = createProgram(argv)): void {
  if (!argv.includes("--json")) return;
  const next = error instanceof CommanderError ? helpOf(program, argv) : null;
  printJsonLine({ error: problemJson(error, next) });
}

/** A mistake on the command line that says nothing of a next step is answered with the help of the command. */
function withHelp(error: unknown, help: string): unknown {
  if (!(error instanceof LarderError) || !error.code.startsWith("USAGE") || error.next !== undefined) return error;
  const { message, code, state, retryable, cause } = error;
  return new LarderError(message, { code, ...(state === undefined ? {} : { state }), next: help, retryable, cause });
}

function helpOf(program: Command, argv: readonly string[]): string {
  return `${commandPath(commandOf(program, argv))} --help`;
}

/** The command that words lead to. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv.slice(2)) {
    const below = command.commands.find((each) => each.name() === word);
    if (below === undefined) break;
    command = below;
  }
  return command;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ExitWith) return error.exitCode;
  // commander has printed its own message by the time it throws
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  printError(withSameSettings(explainError(error)));
  const code = errorCode(error);
  if (code?.startsWith("USAGE") === true) return ExitCode.usage;
  if (code === "LOCKED" || code === "DB_LOCKED") return ExitCode.busy;
  if (code?.startsWith("CONFIG_") === true) return ExitCode.config;
  return ExitCode.failed;
}
