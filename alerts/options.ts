/**
 * Options of the alerts room.
 *
 * @module
 */
import * as z from "zod";
import { secretSchema } from "../core/config/config.ts";
import type { Disk } from "../core/disk.ts";
import type { SqliteEngine } from "../core/sqlite/sqlite.ts";
import { THRESHOLDS } from "../core/thresholds.ts";
import { LANGUAGE_NAMES } from "../core/words/language.ts";
import { notifiersSchema } from "./notify/options.ts";
import { RULES } from "./rules/rules.ts";

const RULE_IDS = RULES.map(({ id }) => id) as [string, ...string[]];
const gigabytes = z.number().positive().max(1_000_000).optional();

const hours = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/, {
    error: "expected two times of day, such as 06:00-18:00",
  })
  .optional();
const days = z.string().regex(/^\d{4}-\d\d-\d\d(\/\d{4}-\d\d-\d\d)?$/, {
  error: "expected a date or the first and last of several, such as 2026-12-23/2027-01-06",
});
const limit = z.strictObject({ watch: z.number().optional(), trouble: z.number().optional() });
const THRESHOLD_NAMES = Object.keys(THRESHOLDS) as [string, ...string[]];

const override = z.strictObject({
  tags: z.record(z.string(), z.string()).default({}).describe("caches with these tags; without any, all"),
  off: z.array(z.enum(RULE_IDS)).default([]).describe("rules that are not watched for them"),
  limits: z
    .partialRecord(z.enum(THRESHOLD_NAMES), limit)
    .default({})
    .describe("other limits for them, by the name of a threshold: pressure, hitRatio, silentSeconds, …"),
});

const silence = z.strictObject({
  rule: z.enum(RULE_IDS).optional().describe("alerts of this rule; without it, of all"),
  server: z.string().min(1).optional().describe("alerts of this cache; without it, of all"),
  site: z.string().min(1).optional().describe("alerts of caches of this site: its site_code or site_name"),
  tags: z.record(z.string(), z.string()).default({}).describe("alerts of caches with these tags"),
  until: z.iso
    .datetime({ offset: true, error: "expected a moment with its offset, such as 2026-12-24T12:00:00+01:00" })
    .describe("when it ends"),
  who: z.string().min(1).optional().describe("who wants it"),
  why: z.string().min(1).optional().describe("why, for those who wonder"),
});

/** `alerts` in the settings: whom larder notifies, and of what. */
const watchShape = z.strictObject({
  notifiers: notifiersSchema.default([]).describe("whom to notify; without any, nobody is, and the history is kept"),
  language: z.enum(LANGUAGE_NAMES).default("en").describe("language of notices: en or de"),
  link: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("address of a board or the live page, at the end of each notice"),
  off: z.array(z.enum(RULE_IDS)).default([]).describe("rules that are not watched"),
  wanGbPerDay: gigabytes.describe("most gigabytes a cache may fetch from Apple in a local day"),
  wanGbPerMonth: gigabytes.describe("most gigabytes a cache may fetch from Apple in a month"),
  overrides: z.array(override).default([]).describe("what holds for some caches only; the last that fits wins"),
  workHours: hours.describe("when caches are at work, 06:00-18:00; a silent one outside them is well"),
  quietHours: hours.describe("when only what needs action now is sent, 22:00-06:00; the rest waits"),
  holidays: z.array(days).default([]).describe("days without school: quiet, and no cache has to be asked or heard"),
  calendars: z
    .array(z.string().min(1))
    .default([])
    .describe("iCalendar files: events of whole days are holidays, events with times are quiet hours"),
  silences: z
    .array(silence)
    .default([])
    .describe("alerts of which nobody is notified until a moment, as for works; what still fires then is reported"),
  daily: z
    .strictObject({
      schedule: z.string().default("0 7 * * *").describe("when it is sent, as a cron expression"),
      to: z
        .array(z.string())
        .optional()
        .describe("names of notifiers; without it, all that take notices of every level but PagerDuty"),
    })
    .optional()
    .describe("a report of the day before, sent every day; {} sends it at seven"),
  reminderHours: z
    .array(z.number().positive().max(8760))
    .default([1, 4, 24, 72])
    .describe("hours after the first notice at which people are reminded; then weekly"),
  pingUrl: secretSchema()
    .optional()
    .describe("address that is called after each look, with /start before and /fail on failure"),
});

/** A daily report to nobody would never be missed. */
export const watchOptions = watchShape.superRefine(({ notifiers, daily }, context) => {
  (daily?.to ?? []).forEach((to, i) => {
    const named = notifiers.find(({ name }) => name === to);
    if (named !== undefined && named.type !== "pagerduty") return;
    const message =
      named === undefined
        ? `alerts.notifiers has nothing called "${to}"`
        : `"${to}" is PagerDuty, which takes no reports`;
    context.addIssue({ code: "custom", path: ["daily", "to", i], message, input: to });
  });
});
export type WatchOptions = z.output<typeof watchOptions>;

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
  readonly disk?: Disk;
}

export const ALERTS_DEFAULTS: AlertsOptions = {
  busyTimeoutMs: 10_000,
  backups: 10,
  dryRun: false,
  nowMs: Date.now,
};
