/**
 * The tree of commands. Each group registers itself; what a command does is imported only when it runs.
 *
 * @module
 */
import { Command, Help, type Option } from "commander";
import { VERSION } from "../core/version.ts";
import { registerAlerts } from "./commands/alerts/register.ts";
import { registerClients } from "./commands/clients/register.ts";
import { registerCollect } from "./commands/collect/register.ts";
import { registerConfig } from "./commands/config/register.ts";
import { registerDemo } from "./commands/demo/register.ts";
import { registerDoctor } from "./commands/doctor/register.ts";
import { registerGrafana } from "./commands/grafana/register.ts";
import { registerHistory } from "./commands/history/register.ts";
import { registerImport } from "./commands/import/register.ts";
import { registerInflux } from "./commands/influx/register.ts";
import { registerInstall } from "./commands/install/register.ts";
import { registerJournal } from "./commands/journal/register.ts";
import { registerPrecache } from "./commands/precache/register.ts";
import { registerReceive } from "./commands/receive/register.ts";
import { registerReport } from "./commands/report/register.ts";
import { registerServe } from "./commands/serve/register.ts";
import { registerSinks } from "./commands/sinks/register.ts";
import { registerStatus } from "./commands/status/register.ts";
import { write } from "./output.ts";

type Group = [name: string, description: string, register: (group: Command) => void];
const GROUPS: readonly Group[] = [
  ["sinks", "Servers that lines are shipped to: send refused lines again.", registerSinks],
  ["influx", "InfluxDB servers: databases, retention policies, buckets.", registerInflux],
  ["import", "Join years that another pipeline wrote to InfluxDB to the journal.", registerImport],
  ["grafana", "Boards, alert rules and provisioning for Grafana.", registerGrafana],
  ["alerts", "Alerts of larder, and the people who get the alert mails of macOS Server.", registerAlerts],
  ["config", "Write, check and show the settings.", registerConfig],
  ["journal", "Check that the journal is intact.", registerJournal],
  ["precache", "Fill content caches before devices ask.", registerPrecache],
];

/**
 * The program, ready to parse. Commands throw; nobody here exits.
 * @param words the command line; groups that it does not name are left without their commands, for a quick start
 */
export function createProgram(words?: readonly string[]): Command {
  const program = new Command("larder")
    .description("Watches Apple content caches and fills them before people ask.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => write(text, process.stdout),
      writeErr: (text) => write(text, process.stderr),
    })
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 80, 100), optionDescription });
  registerCollect(program);
  registerReceive(program);
  registerStatus(program);
  registerDoctor(program);
  registerClients(program);
  registerHistory(program);
  registerReport(program);
  registerServe(program);
  registerDemo(program);
  registerInstall(program);
  for (const [name, description, register] of GROUPS) {
    const group = program.command(name).description(description);
    if (words === undefined || words.includes(name)) register(group);
  }
  hintAtOwnHelp(program);
  return program;
}

/** Without the default of a flag that is nothing: a list or a text that is empty. */
function optionDescription(option: Option): string {
  return Help.prototype.optionDescription.call(new Help(), option).replace(/ \(default: (?:\[\]|"")\)$/, "");
}

/** Below a complaint about the command line: the help of the command it was typed for. */
function hintAtOwnHelp(command: Command): void {
  const lists = command.commands.length > 0 ? "lists its commands" : "shows its flags";
  command.showHelpAfterError(`(${commandPath(command)} --help ${lists})`);
  for (const below of command.commands) hintAtOwnHelp(below);
}

/** A command as it is typed: `larder precache plan`. */
export function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}
