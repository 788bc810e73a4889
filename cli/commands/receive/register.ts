/**
 * `larder receive`.
 *
 * @module
 */
import type { Command } from "commander";
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
    .option("--log-level <level>", "debug, info, warn, error or silent", "info");
  withSettings(command).action(async (flags: ReceiveFlags) => {
    const { receive } = await import("./receive.ts");
    await receive(flags);
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
  readonly logLevel: string;
}
