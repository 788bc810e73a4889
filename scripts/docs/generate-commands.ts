/**
 * Writes docs/commands.md from the tree of commands: the help texts, one after the other.
 *
 * @module
 */
import type { Command } from "commander";
import { createProgram } from "../../cli/program.ts";
import { type GeneratedPage, markdownTable, writeWhenStarted } from "./generated-page.ts";

const WIDTH = 100;

const INTRODUCTION = `# Commands

<!-- Generated from the tree of commands by scripts/docs/generate-commands.ts. Do not edit: npm run docs -->

The help texts of every command. From a checkout write \`npm run -s larder -- \` for \`larder \`. What the exit codes mean:
[operations](operations.md#exit-codes).`;

/** A command with its whole name, `larder config init`. */
export interface NamedCommand {
  readonly name: string;
  readonly command: Command;
}

export const commandsPage: GeneratedPage = {
  path: "docs/commands.md",
  text: () => {
    const commands = everyCommand();
    const list = commands.map(({ name, command }) => [
      `[\`${name}\`](#${name.replaceAll(" ", "-")})`,
      summaryOf(command),
    ]);
    const parts = commands.map(({ name, command }) => `## ${name}\n\n\`\`\`\n${helpText(command)}\n\`\`\``);
    return `${[INTRODUCTION, markdownTable(["command", "what it does"], list), ...parts].join("\n\n")}\n`;
  },
};

/** Every command there is, each group before its members. */
export function everyCommand(): NamedCommand[] {
  const walk = (command: Command, name: string): NamedCommand[] => [
    { name, command },
    ...command.commands.flatMap((child) => walk(child, `${name} ${child.name()}`)),
  ];
  return walk(createProgram(), "larder");
}

function summaryOf(command: Command): string {
  return command.summary() || command.description();
}

function helpText(command: Command): string {
  let text = "";
  command
    .configureHelp({ ...command.configureHelp(), helpWidth: WIDTH })
    .configureOutput({
      writeOut: (part) => {
        text += part;
      },
      getOutHelpWidth: () => WIDTH,
      getOutHasColors: () => false,
    })
    .outputHelp();
  return text.trim();
}

writeWhenStarted(import.meta, commandsPage);
