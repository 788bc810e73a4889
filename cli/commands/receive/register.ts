/**
 * `larder receive`.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Adds the command. */
export function registerReceive(program: Command): void {
  const command = program
    .command("receive")
    .description("Take the reports that caches of macOS 27 send; runs until stopped.")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--port <number>", "port to listen on (default: 8771)")
    .option("--token-file <file>", "who may send: a token, or a name and a token a line")
    .option("--tls-cert <file>", "PEM certificate, to listen over HTTPS")
    .option("--tls-key <file>", "PEM key of the certificate")
    .option("--client-ca <file>", "PEM certificate whose client certificates may send")
    .option("--sites-file <file>", "table of caches and their tags: sites.csv")
    .option("--print-declaration", "print what an MDM sends so that a cache reports here")
    .option("--settings <file>", "settings of the cache: AssetCacheManagerUtil -j settings")
    .option("--target <url>", "where caches reach this: https://host:8771")
    .option("--token-name <name>", "whose token of --token-file (default: the first)")
    .option("--interval <seconds>", "from one report to the next", "300")
    .option("--status-interval <seconds>", "from one status to the MDM to the next", "0")
    .option("--security <kind>", "no-cert, signedByCACert, specificServerCert", "no-cert")
    .option("--certificate-url <url>", "where Macs get that certificate")
    .option("--keys-only", "only the keys, to add by hand")
    .option("--log-level <level>", "debug, info, warn, error or silent", "info")
    // for the process the command starts beside itself
    .addOption(new Option("--passes", "roll up and ship what was received").hideHelp());
  withSettings(command).action(async (flags: ReceiveFlags) => {
    const { receive } = await import("./receive.ts");
    await receive(flags);
  });
  const check = command
    .command("sites")
    .description("The table of caches and their tags.")
    .command("check")
    .argument("[file]", "the table (default: receive.sitesFile)")
    .description("Show what the table says, what of it cannot be used, and which caches it lacks.");
  withSettings(check).action(async (file: string | undefined, flags: SettingsCommandFlags) => {
    const { checkSites } = await import("./sites.ts");
    await checkSites(file, { ...command.opts<ReceiveFlags>(), ...flags });
  });
}

/** What the command line said. */
export interface ReceiveFlags extends SettingsCommandFlags {
  readonly host?: string;
  readonly port?: string;
  readonly tokenFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly sitesFile?: string;
  readonly printDeclaration?: boolean;
  readonly settings?: string;
  readonly target?: string;
  readonly tokenName?: string;
  readonly interval: string;
  readonly statusInterval: string;
  readonly security: string;
  readonly certificateUrl?: string;
  readonly keysOnly?: boolean;
  readonly passes?: boolean;
  readonly logLevel: string;
}
