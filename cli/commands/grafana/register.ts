/**
 * `larder grafana`: boards, alert rules and provisioning.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ExitCode, ExitWith } from "../../exit.ts";

/** Flags of every subcommand that describe the boards. */
interface InstallationFlags {
  readonly engine: "influxdb" | "victoriametrics";
  readonly prefix: string;
  readonly timezone?: string;
  readonly currency: string;
  readonly price: number;
  readonly wanGb?: number;
  readonly runbookUrl?: string;
  readonly passwordFile?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

interface PushOptions extends InstallationFlags {
  readonly url: string;
  readonly tokenFile: string;
  readonly namespace: string;
  readonly config?: string;
}

export function registerGrafana(grafana: Command): void {
  installationFlags(grafana.command("export"))
    .description("Write everything a Grafana server provisions itself from.")
    .requiredOption("--out <folder>", "folder to write into; created if missing")
    .option("--password-file <path>", "file on the Grafana server with the password of the database's reader")
    .option("-c, --config <file>", "settings, for alerts.wanGbPerDay (default: the usual places)")
    .option("--dry-run", "show what would be written")
    .action(async (options: InstallationFlags & { out: string; config?: string }) => {
      const { layerOfKeyFlags } = await import("../../flag-layer.ts");
      const { loadSettings } = await import("../../load-settings.ts");
      const { alertRules, exportFiles } = await import("../../../grafana/index.ts");
      const { printPaused, printZone, writeExport } = await import("./files.ts");
      const limit = layerOfKeyFlags([{ key: "alerts.wanGbPerDay", flag: "--wan-gb", value: options.wanGb }]);
      const { wanGbPerDay } = (await loadSettings(options, { layers: [limit] })).settings.alerts;
      const installation = { ...installationOf(options), ...(wanGbPerDay === undefined ? {} : { wanGbPerDay }) };
      await writeExport(options.out, exportFiles(installation), options);
      if (options.json === true) return;
      printPaused(alertRules(installation));
      printZone(installation.timezone, options.timezone !== undefined);
    });

  installationFlags(grafana.command("push"))
    .description("Create or change the boards of a running Grafana; boards that are up to date are left alone.")
    .requiredOption("--url <address>", "address of Grafana, with the path it is served under")
    .requiredOption("--token-file <path>", "file with the token of a service account (role Editor)")
    .option("--namespace <name>", "organisation: default, org-2, …", "default")
    .option("-c, --config <file>", "settings, for network: proxy and authorities (default: the usual places)")
    .option("--dry-run", "show what would change, change nothing")
    .action(async (options: PushOptions) => {
      const { loadSettings } = await import("../../load-settings.ts");
      const { push } = await import("../../../grafana/index.ts");
      const { readToken, printPush, printZone } = await import("./files.ts");
      const { url, namespace, dryRun = false, json = false } = options;
      const token = await readToken(options.tokenFile);
      // from here on every request goes the way the settings say
      await loadSettings(options);
      const installation = installationOf(options);
      printPush(await push(installation, { url, token, namespace, dryRun }), json);
      if (!json) printZone(installation.timezone, options.timezone !== undefined);
    });

  installationFlags(grafana.command("check"))
    .description("Check boards against larder's rules: units, descriptions, names, links, gaps.")
    .argument("[files...]", "board files; default: the boards as they would be exported")
    .action(async (files: string[], options: InstallationFlags) => {
      const { boards, lint } = await import("../../../grafana/index.ts");
      const { readBoards, printFindings } = await import("./files.ts");
      const checked = files.length > 0 ? await readBoards(files) : Object.values(boards(installationOf(options)));
      const findings = lint(checked);
      printFindings(checked.length, findings, options.json === true);
      if (findings.length > 0) throw new ExitWith(ExitCode.failed);
    });
}

function installationFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--engine <name>", "where the numbers are stored")
        .choices(["influxdb", "victoriametrics"])
        .default("influxdb"),
    )
    .option("--prefix <words>", "prefix of titles and uids", "larder")
    .option("--timezone <zone>", "where days begin (default: the zone of this machine)")
    .option("--currency <sign>", "sign beside amounts of money", "€")
    .option("--price <amount>", "price of 1 GB over the WAN", numberOf, 0.05)
    .option(
      "--wan-gb <amount>",
      "GB one cache may fetch from Apple in a day before an alert (default: alerts.wanGbPerDay)",
      numberOf,
    )
    .option("--runbook-url <address>", "where docs/operations.md can be read: alerts link to its sections")
    .option("--json", "print JSON");
}

function installationOf(options: InstallationFlags) {
  const { engine, prefix, timezone, currency, price, passwordFile, runbookUrl } = options;
  // asked for here and not as the option's default: it would cost every start of larder 14 ms
  const zone = timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const installation = { engine, prefix, timezone: zone, currency, pricePerGb: price };
  return {
    ...installation,
    ...(passwordFile === undefined ? {} : { passwordFile }),
    ...(runbookUrl === undefined ? {} : { runbookUrl }),
  };
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("expected a number with a point, such as 0.05");
  }
  return value;
}
