/**
 * `larder sinks`: what servers refused.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Fills the group. */
export function registerSinks(group: Command): void {
  const retry = group
    .command("retry")
    .argument("[name]", "only this sink, with its roll-ups (default: all)")
    .description("Send refused lines once more, after their cause is mended. What is taken leaves the reject file.")
    .option("--dry-run", "only say how many there are and why");
  withSettings(retry).action(async (name: string | undefined, flags: SinksRetryFlags) => {
    const { sinksRetry } = await import("./retry.ts");
    await sinksRetry(name, flags);
  });
}

/** What the command line said. */
export interface SinksRetryFlags extends SettingsCommandFlags {
  readonly dryRun?: boolean;
}
