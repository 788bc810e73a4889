/**
 * `larder history`.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Adds the command. */
export function registerHistory(program: Command): void {
  const command = program
    .command("history")
    .description("Served, saved and fetched from Apple, from the journal: no server needed.")
    .option("--from <time>", "7d, 24h, today, 2026-11-01, 2026-11-01T08:00", "7d")
    .option("--to <time>", "as --from", "now")
    .option("--by <bucket>", "hour, day, week, month or all", "day")
    .option("--tag <key=value>", "only points with this tag; may be repeated", gather, [])
    .option("--group-by <tags>", "one row for each value of these tags, comma-separated", "")
    .option("--measurement <name>", "all fields of another measurement instead, such as requests");
  withSettings(command).action(async (flags: HistoryFlags) => {
    const { history } = await import("./history.ts");
    await history(flags);
  });
}

/** What the command line parses to. */
export interface HistoryFlags extends SettingsCommandFlags {
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly tag: readonly string[];
  readonly groupBy: string;
  readonly measurement?: string;
}

function gather(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}
