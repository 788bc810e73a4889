/**
 * `larder status`.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Adds the command. */
export function registerStatus(program: Command): void {
  const command = program
    .command("status")
    .description("The cache, its traffic, the collector and the sinks on one screen: what is wrong, what to do.")
    .addHelpText(
      "after",
      "\nReads the journal only and asks no server.\nExit code: 0 all is well, 3 something to look at, 1 something is broken.",
    );
  withSettings(command).action(async (flags: SettingsCommandFlags) => {
    const { status } = await import("./status.ts");
    await status(flags);
  });
}
