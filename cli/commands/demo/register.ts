/**
 * `larder demo`.
 *
 * @module
 */
import type { Command } from "commander";

/** Adds the command. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("A school's morning on a live page, in a minute: no Mac and no server needed.")
    .option("--once", "a week of two caches in the terminal, and a report (also when the output is not a terminal)")
    .option("--influx <url>", "ship there too, into the database larder_demo of an InfluxDB 1.x")
    .option("--dir <folder>", "folder for its files (default: a temporary one, removed at the end)")
    .option("--json", "print JSON")
    .action(async (flags: DemoFlags) => {
      const { demo } = await import("./demo.ts");
      await demo(flags);
    });
}

/** What the command line parses to. */
export interface DemoFlags {
  readonly once?: boolean;
  readonly influx?: string;
  readonly dir?: string;
  readonly json?: boolean;
}
