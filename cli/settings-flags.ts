/**
 * Flags every command that reads the settings has.
 *
 * @module
 */
import type { Command } from "commander";

/** Adds --config, --state-dir and --json. */
export function withSettings(command: Command): Command {
  return withFiles(command).option("--json", "print JSON");
}

/** Adds --config and --state-dir. */
export function withFiles(command: Command): Command {
  return command
    .option("-c, --config <file>", "settings: property list or JSON (default: the usual places)")
    .option("--state-dir <folder>", "where the journal is (overrides the settings)");
}

/** What these flags parse to. */
export interface SettingsCommandFlags {
  readonly config?: string;
  readonly stateDir?: string;
  readonly json?: boolean;
}
