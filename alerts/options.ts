/**
 * Options of the alerts room.
 *
 * @module
 */
import type { SqliteEngine } from "../core/sqlite/sqlite.ts";

/** Where macOS Server keeps its alerts; it creates the file when its Alerts tab is first chosen. */
export const APPLE_ALERT_DATABASE = "/Library/Server/Alerts/alertData.db";

export interface AlertsOptions {
  /** How long to wait for another program's lock on the database. */
  readonly busyTimeoutMs: number;
  /** How many dated copies are kept; one is made before every change. */
  readonly backups: number;
  /** Force an engine; without it, native where the runtime has it. */
  readonly engine?: SqliteEngine | undefined;
  /** Say what would change, and change nothing. */
  readonly dryRun: boolean;
  /** Unix milliseconds: names the backups. */
  readonly nowMs: () => number;
}

export const ALERTS_DEFAULTS: AlertsOptions = {
  busyTimeoutMs: 10_000,
  backups: 10,
  dryRun: false,
  nowMs: Date.now,
};
