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
    .description("Send refused lines again once the cause is fixed. What is accepted leaves the reject file.")
    .option("--dry-run", "only show how many there are and why they were refused");
  withSettings(retry).action(async (name: string | undefined, flags: SinksRetryFlags) => {
    const { sinksRetry } = await import("./retry.ts");
    await sinksRetry(name, flags);
  });
}

/** What the command line parses to. */
export interface SinksRetryFlags extends SettingsCommandFlags {
  readonly dryRun?: boolean;
}
