/**
 * `larder config`.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Fills the group. */
export function registerConfig(group: Command): void {
  group
    .command("init")
    .description("Write an example with every key explained.")
    .option("--out <file>", "file to write (default: print it); never overwrites")
    .option("--format <format>", "plist (with comments) or json", "plist")
    .option("--sink <type>", "ship to influx1, influx2, influx3 or victoriametrics")
    .option("--json", "print JSON")
    .action(async (flags: { out?: string; format: string; sink?: string; json?: true }) => {
      const { configInit } = await import("./init.ts");
      await configInit(flags);
    });
  withSettings(
    group.command("check").description("Check the settings; show everything that is wrong, with file and key."),
  ).action(async (flags: SettingsCommandFlags) => {
    const { configCheck } = await import("./show.ts");
    await configCheck(flags);
  });
  withSettings(group.command("show").description("Show every setting in effect, and where it comes from.")).action(
    async (flags: SettingsCommandFlags) => {
      const { configShow } = await import("./show.ts");
      await configShow(flags);
    },
  );
}
