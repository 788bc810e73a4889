/**
 * `larder collect`.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Adds the command. */
export function registerCollect(program: Command): void {
  const command = program
    .command("collect")
    .description("Read what the cache recorded into the journal and ship it; runs until stopped, or once.")
    .option("--once", "one pass, then end")
    .option("--dry-run", "read and count what is new, write and ship nothing (implies --once)")
    .option("--serve", "also answer with the live page, /metrics and /healthz, as larder serve does")
    .option("--take-over", "use this state folder although it was filled under another name and from another database")
    .option("--log-level <level>", "debug, info, warn, error or silent", "info");
  withSettings(command).action(async (flags: CollectFlags) => {
    const { collect } = await import("./collect.ts");
    await collect(flags);
  });
}

/** What the command line parses to. */
export interface CollectFlags extends SettingsCommandFlags {
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly serve?: boolean;
  readonly takeOver?: boolean;
  readonly logLevel: string;
}
