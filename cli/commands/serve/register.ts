/**
 * `larder serve`.
 *
 * @module
 */
import type { Command } from "commander";
import { type SettingsCommandFlags, withSettings } from "../../settings-flags.ts";

/** Adds the command. */
export function registerServe(program: Command): void {
  const command = program
    .command("serve")
    .description("The live page in a browser, and /metrics for Prometheus; runs until stopped.")
    .option("--port <number>", "port to listen on; 0 takes a free one (default: 9201)")
    .option("--host <address>", "address to listen on; 0.0.0.0 for all, with --token-file (default: 127.0.0.1)")
    .option("--token-file <file>", "file with the token that lets somebody in")
    .option("--language <code>", "en or de")
    .option("--log-level <level>", "debug, info, warn, error or silent", "info");
  withSettings(command).action(async (flags: ServeFlags) => {
    const { serve } = await import("./serve.ts");
    await serve(flags);
  });
}

/** What the command line said. */
export interface ServeFlags extends SettingsCommandFlags {
  readonly port?: string;
  readonly host?: string;
  readonly tokenFile?: string;
  readonly language?: string;
  readonly logLevel: string;
}
