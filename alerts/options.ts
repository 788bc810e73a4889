/**
 * Options of the alerts room.
 *
 * @module
 */
import * as z from "zod";
import { secretSchema } from "../core/config/config.ts";
import type { SqliteEngine } from "../core/sqlite/sqlite.ts";

import { notifiersSchema } from "./notify/options.ts";
import { RULES } from "./rules/rules.ts";

/** The languages notices can be in. */
export const ALERT_LANGUAGES = ["en", "de"] as const;
export type AlertLanguage = (typeof ALERT_LANGUAGES)[number];

const RULE_IDS = RULES.map(({ id }) => id) as [string, ...string[]];
const gigabytes = z.number().positive().max(1_000_000).optional();

/** `alerts` in the settings: whom larder notifies, and of what. */
export const watchOptions = z.strictObject({
  notifiers: notifiersSchema.default([]).describe("whom to notify; without any, nobody is, and the history is kept"),
  language: z.enum(ALERT_LANGUAGES).default("en").describe("language of notices: en or de"),
  link: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("address of a board or the live page, at the end of each notice"),
  off: z.array(z.enum(RULE_IDS)).default([]).describe("rules that are not watched"),
  wanGbPerDay: gigabytes.describe("most gigabytes a cache may fetch from Apple in a local day"),
  wanGbPerMonth: gigabytes.describe("most gigabytes a cache may fetch from Apple in a month"),
  reminderHours: z
    .array(z.number().positive().max(8760))
    .default([1, 4, 24, 72])
    .describe("hours after the first notice at which people are reminded; then weekly"),
  pingUrl: secretSchema()
    .optional()
    .describe("address that is called after each look, with /start before and /fail on failure"),
});
export type WatchOptions = z.output<typeof watchOptions>;

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
