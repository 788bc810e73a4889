/**
 * `larder report`.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Adds the command. */
export function registerReport(program: Command): void {
  const command = program
    .command("report")
    .description("What the caches saved, as a page, pictures, a table or text: no server needed.")
    .option("--database <file>", "a Metrics.db or Metrics.sqlite instead of the journal")
    .option("--from-sink <name>", "what was shipped to that sink instead of the journal: a whole fleet")
    .option("--period <name>", 'last month, this week, 2026-10, "school year", 2025/26 (default: last month)')
    .option("--month <month>", "a month: 2026-10")
    .option("--from <time>", "30d, 2026-11-01, as for larder history")
    .option("--to <time>", "as --from (default: now)")
    .option("--by <bucket>", "hour, day, week or month (default: fits the period)")
    .option("--tag <key=value>", "only points with this tag; may be repeated", gather, [])
    .option("--group-by <tag>", "tag that names the site", "site_name")
    .option("--format <form>", "text, html, png, csv or json", "text")
    .option("--out <file>", "file to write; - is standard output")
    .option("--language <code>", "en or de")
    .option("--organisation <name>", "name at the head of the report")
    .option("--logo <file>", "picture at the head of the report: PNG, JPEG or SVG")
    .option("--currency <code>", "currency of --price-per-gb: EUR")
    .option("--price-per-gb <amount>", "what a gigabyte over the WAN costs")
    .option("--line <mbits>", "speed of a site's line, megabits a second");
  withSettings(command).action(async (flags: ReportFlags) => {
    const { report } = await import("./report.ts");
    await report(flags);
  });
}

/** What the command line parses to. */
export interface ReportFlags extends SettingsCommandFlags {
  readonly database?: string;
  readonly fromSink?: string;
  readonly period?: string;
  readonly month?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by?: string;
  readonly tag: readonly string[];
  readonly groupBy: string;
  readonly format: string;
  readonly out?: string;
  readonly language?: string;
  readonly organisation?: string;
  readonly logo?: string;
  readonly currency?: string;
  readonly pricePerGb?: string;
  readonly line?: string;
}

function gather(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}
