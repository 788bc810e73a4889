/**
 * `larder influx`: setting up the servers that the sinks of the settings write to.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Fills the group. */
export function registerInflux(group: Command): void {
  const setup = group
    .command("setup")
    .description(
      "Create the databases, retention policies and buckets the sinks write to. Shows what it would do; --apply does it.",
    )
    .option("--sink <name>", "only this sink")
    .option("--keep-days <days>", "how long rows are kept, 0 for forever; default: as it is now")
    .option("--keep-rollup-days <days>", "the same for roll-ups, where they have a database or bucket of their own")
    .option("--dry-run", "only show what would be done (the default)")
    .option("--apply", "do it");
  withSettings(setup).action(async (flags: InfluxSetupFlags) => {
    const { influxSetup } = await import("./setup.ts");
    await influxSetup(flags);
  });
}

/** What the command line parses to. */
export interface InfluxSetupFlags extends SettingsCommandFlags {
  readonly sink?: string;
  readonly keepDays?: string;
  readonly keepRollupDays?: string;
  readonly dryRun?: boolean;
  readonly apply?: boolean;
}
