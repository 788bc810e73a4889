/**
 * `larder import`: years that another pipeline has written.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Fills the group. */
export function registerImport(group: Command): void {
  importFlags(group.command("influx"))
    .description(
      "Read an InfluxDB back and join it to the journal. Try it with --dry-run first: what is imported stays.",
    )
    .requiredOption("--database <name>", "the database, or the bucket");
  importFlags(group.command("logstash"))
    .description("The same of the pipeline of 2017, Logstash from Metrics.sqlite to InfluxDB.")
    .option("--database <name>", "the database", "caching");
  for (const command of group.commands) {
    command.action(async (flags: ImportFlags) => {
      const { importDatabase } = await import("./import.ts");
      await importDatabase(flags);
    });
  }
}

function importFlags(command: Command): Command {
  return withSettings(
    command
      .requiredOption("--url <address>", "address of InfluxDB, such as http://host:8086")
      .option("--retention-policy <name>", "retention policy (default: that of the database)")
      .option("--username <name>", "user who may read")
      .option("--password-file <file>", "file with the password (or set LARDER_IMPORT_PASSWORD)")
      .option("--token-file <file>", "file with a token, for 2.x and 3.x (or set LARDER_IMPORT_TOKEN)")
      .option("--ca-file <file>", "PEM file of certificate authorities to trust beside the system's")
      .option("--measurement <name>", "only this measurement; may be repeated", gather, [])
      .option("--tag <key=value>", "only points with this tag; may be repeated", gather, [])
      .option("--server <name>", "the cache all points are of")
      .option("--server-tag <tag>", "the tag that names the cache (default: server)")
      .option("--from <time>", "as of larder history (default: the first point)")
      .option("--to <time>", "as --from", "now")
      .option("--sinks-differ", "no sink is the database that is imported from, though it could not be asked")
      .option("--dry-run", "only show what would be imported and what would be left out"),
  );
}

/** What the command line parses to. */
export interface ImportFlags extends SettingsCommandFlags {
  readonly url: string;
  readonly database: string;
  readonly retentionPolicy?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly measurement: readonly string[];
  readonly tag: readonly string[];
  readonly server?: string;
  readonly serverTag?: string;
  readonly from?: string;
  readonly to: string;
  readonly sinksDiffer?: boolean;
  readonly dryRun?: boolean;
}

function gather(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}
