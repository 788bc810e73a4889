/**
 * `larder clients`.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Adds the command. */
export function registerClients(program: Command): void {
  const command = program
    .command("clients")
    .description("Which devices asked the cache, and for what, from the cache's log.")
    .option("--from <time>", "yesterday, 7d, 2026-11-01, as for larder history", "yesterday")
    .option("--to <time>", "as --from", "today")
    .option("--tag <key=value>", "only points with this tag; may be repeated", gather, [])
    .option("--top <n>", "rows of each table; 0 is all", "15");
  withSettings(command).action(async (flags: ClientsFlags) => {
    const { clients } = await import("./clients.ts");
    await clients(flags);
  });
}

/** What the command line parses to. */
export interface ClientsFlags extends SettingsCommandFlags {
  readonly from: string;
  readonly to: string;
  readonly tag: readonly string[];
  readonly top: string;
}

function gather(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}
