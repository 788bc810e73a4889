/**
 * `larder alerts`: larder's own alerts; and who gets the alert mails of macOS Server, and which services send them.
 *
 * @module
 */
import type { Command } from "commander";
import { APPLE_ALERT_DATABASE } from "../../../alerts/index.ts";
import { registerWatch } from "./register-watch.ts";

interface DatabaseFlags {
  readonly db: string;
  readonly json?: true;
}

interface ChangeFlags extends DatabaseFlags {
  readonly dryRun?: true;
}

interface ListFlags extends ChangeFlags {
  readonly file?: string;
  readonly language?: string;
  readonly ifPresent?: true;
  readonly skipInvalid?: true;
  readonly allowEmpty?: true;
}

interface ServiceFlags extends ChangeFlags {
  readonly all?: true;
  readonly mail?: true;
  readonly push?: true;
}

/** Registers the group. */
export function registerAlerts(alerts: Command): void {
  registerWatch(alerts);
  registerInit(alerts);
  registerRecipients(alerts.command("recipients").description("The list of people who get the mails."));
  registerServices(alerts.command("services").description("Which services mail and push their alerts."));
  registerRestore(alerts);
}

function registerInit(alerts: Command): void {
  changes(alerts.command("init").description("Create an empty database; an existing one is left alone."))
    .option("--without-metadata", "leave Z_METADATA empty, as files of older tools have it")
    .action(async (flags: ChangeFlags & { withoutMetadata?: true }) => {
      const { initDatabase } = await import("../../../alerts/index.ts");
      const { printInit } = await import("./text.ts");
      const request = { withoutMetadata: flags.withoutMetadata === true };
      printInit(await initDatabase(flags.db, request, await options(flags)), flags.json);
    });
}

function registerRecipients(recipients: Command): void {
  database(recipients.command("list").description("Show the list, and anything wrong in the database.")).action(
    async (flags: DatabaseFlags) => {
      const { loadAlertData } = await import("../../../alerts/index.ts");
      const { printRecipients } = await import("./text.ts");
      printRecipients(flags.db, await loadAlertData(flags.db, await options(flags)), flags.json);
    },
  );
  changes(
    recipients.command("add [addresses...]").description("Add people; those already on the list are switched on."),
  )
    .option("--language <code>", "language of their mails, such as en or pt-BR (new recipients: en)")
    .option("--file <list>", "take them from a list, - for standard input: one address a line, or CSV")
    .action(async (addresses: string[], flags: ListFlags, command: Command) => {
      const { runAdd } = await import("./recipients.ts");
      await runAdd(addresses, { flags, options: await options(flags), command });
    });
  changes(recipients.command("import <list>").description("Add everybody in a CSV file; - for standard input."))
    .option("--language <code>", "language for lines without one")
    .action(async (list: string, flags: ListFlags, command: Command) => {
      const { runImport } = await import("./recipients.ts");
      await runImport(list, { flags, options: await options(flags), command });
    });
  changes(
    recipients.command("remove [addresses...]").description("Remove people; exit code 1 if one is not on the list."),
  )
    .option("--file <list>", "take them from a list, - for standard input")
    .option("--if-present", "no error for those who are not on the list")
    .action(async (addresses: string[], flags: ListFlags, command: Command) => {
      const { runRemove } = await import("./recipients.ts");
      await runRemove(addresses, { flags, options: await options(flags), command });
    });
  changes(recipients.command("set").description("Make the list exactly that of a file: anyone not in it is removed."))
    .requiredOption("--file <list>", "the list, - for standard input: one address a line, or CSV")
    .option("--language <code>", "language for lines without one")
    .option("--skip-invalid", "set the list even if some of its lines are refused")
    .option("--allow-empty", "accept an empty list")
    .action(async (flags: ListFlags, command: Command) => {
      const { runSet } = await import("./recipients.ts");
      await runSet({ flags, options: await options(flags), command });
    });
  database(recipients.command("export").description("Write the list as CSV that import and set read."))
    .option("--output <file>", "write to a file instead of standard output")
    .action(async (flags: DatabaseFlags & { output?: string }) => {
      const { runExport } = await import("./recipients.ts");
      await runExport(flags, await options(flags));
    });
}

function registerServices(services: Command): void {
  database(services.command("list").description("Show every service and whether it mails and pushes.")).action(
    async (flags: DatabaseFlags) => {
      const { loadAlertData } = await import("../../../alerts/index.ts");
      const { printServices } = await import("./text.ts");
      printServices(flags.db, await loadAlertData(flags.db, await options(flags)), flags.json);
    },
  );
  for (const word of ["enable", "disable"] as const) {
    changes(
      services
        .command(`${word} [names...]`)
        .description(`Switch mail and push of services ${word === "enable" ? "on" : "off"}.`),
    )
      .option("--all", "every service")
      .option("--mail", "mail only")
      .option("--push", "push only")
      .action(async (names: string[], flags: ServiceFlags, command: Command) => {
        if ((names.length === 0) !== (flags.all === true)) command.error("error: name services, or give --all");
        const { switchServices } = await import("../../../alerts/index.ts");
        const { printServiceReport } = await import("./text.ts");
        const both = flags.mail === flags.push;
        const request = {
          names,
          on: word === "enable",
          mail: both || flags.mail === true,
          push: both || flags.push === true,
        };
        printServiceReport(await switchServices(flags.db, request, await options(flags)), flags.json);
      });
  }
}

function registerRestore(alerts: Command): void {
  changes(alerts.command("restore [backup]").description("Restore the database from a backup, by default the newest."))
    .option("--list", "show the backups there are")
    .action(async (backup: string | undefined, flags: ChangeFlags & { list?: true }) => {
      const room = await import("../../../alerts/index.ts");
      const { printBackups, printRestore } = await import("./text.ts");
      if (flags.list === true)
        printBackups(flags.db, await room.listBackups(flags.db, await options(flags)), flags.json);
      else printRestore(await room.restoreBackup(flags.db, backup, await options(flags)), flags.json);
    });
}

function database(command: Command): Command {
  return command.option("--db <path>", "the alert database", APPLE_ALERT_DATABASE).option("--json", "answer as JSON");
}

function changes(command: Command): Command {
  return database(command).option("--dry-run", "show what would change, change nothing");
}

async function options(flags: ChangeFlags) {
  const { ALERTS_DEFAULTS } = await import("../../../alerts/index.ts");
  return { ...ALERTS_DEFAULTS, dryRun: flags.dryRun === true };
}
