/**
 * The tree of commands. Each group registers itself; what a command does is imported only when it runs.
 *
 * @module
 */
import { Command } from "commander";
import { registerAlerts } from "./commands/alerts.ts";
import { registerCollect } from "./commands/collect.ts";
import { registerConfig } from "./commands/config.ts";
import { registerDemo } from "./commands/demo.ts";
import { registerGrafana } from "./commands/grafana.ts";
import { registerHistory } from "./commands/history.ts";
import { registerInflux } from "./commands/influx.ts";
import { registerPrecache } from "./commands/precache.ts";
import { registerStatus } from "./commands/status.ts";

export const VERSION = "0.1.0";

/** The program, ready to parse. Commands throw; nobody here exits. */
export function createProgram(): Command {
  const program = new Command("larder")
    .description("Watches Apple content caches and fills them before people ask.")
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(larder --help lists the commands)")
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 80, 100) });
  registerCollect(program);
  registerStatus(program);
  registerHistory(program);
  registerInflux(program);
  registerGrafana(program);
  registerAlerts(program);
  registerConfig(program);
  registerDemo(program);
  registerPrecache(program);
  return program;
}
