/**
 * Whether larder would take a command line: commands, flags, values and arguments, without doing anything.
 *
 * @module
 */
import { type Command, CommanderError } from "commander";
import { createProgram } from "../../cli/program.ts";

/** What is wrong with the words behind `larder`, in the program's words; undefined where it would take them. */
export function commandComplaint(words: readonly string[]): string | undefined {
  const program = createProgram();
  for (const command of every(program)) {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    if (doesSomething(command)) command.action(() => undefined);
  }
  try {
    program.parse(["node", "larder", ...words]);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) return String(error);
    return error.exitCode === 0 ? undefined : error.message;
  }
}

/**
 * What is wrong with a command that a text names: part of a command line, such as a command without its arguments or
 * with words in the place of values.
 */
export function mentionComplaint(words: readonly string[]): string | undefined {
  let command = program;
  const flags = words.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.replace(/=.*/s, ""));
  for (const word of words) {
    const below = command.commands.find((each) => each.name() === word);
    if (below === undefined) {
      const isName = command.commands.length > 0 && /^[a-z]+$/.test(word) && command.registeredArguments.length === 0;
      if (isName && !doesSomething(command)) return `there is no command "${word}" of ${command.name()}`;
      break;
    }
    command = below;
  }
  const known = command.options.flatMap(({ short, long }) => [short, long]);
  const wrong = flags.find((flag) => !known.includes(flag) && !["--help", "-h", "--version"].includes(flag));
  return wrong === undefined ? undefined : `${command.name()} has no flag ${wrong}`;
}

/** Read only. */
const program = createProgram();

function every(command: Command): Command[] {
  return [command, ...command.commands.flatMap(every)];
}

/** Whether a command has an action of its own; a group of commands need not have one. */
function doesSomething(command: Command): boolean {
  return (command as unknown as { _actionHandler: unknown })._actionHandler !== null;
}
