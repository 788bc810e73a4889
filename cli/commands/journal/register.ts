/**
 * `larder journal`.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Fills the group. */
export function registerJournal(group: Command): void {
  const verify = group
    .command("verify")
    .description("Check every batch of the journal against its checksum, and look for gaps.")
    .option("--stream <name>", "only this stream, such as collector")
    .addHelpText(
      "after",
      `
Reads only; may run beside the collector.
Exit code: 0 the journal is intact, 1 something is damaged or missing.

Examples:
  larder journal verify
  larder journal verify --stream collector
  larder journal verify --json | jq '.streams[].losses'`,
    );
  withSettings(verify).action(async (flags: JournalVerifyFlags) => {
    const { journalVerify } = await import("./verify.ts");
    await journalVerify(flags);
  });
}

/** What the command line parses to. */
export interface JournalVerifyFlags extends SettingsCommandFlags {
  readonly stream?: string;
}
