/**
 * The collector's settings: keys, types, defaults.
 *
 * @module
 */
import * as z from "zod";
import { MEASUREMENTS } from "../core/schema.ts";
import { isTimeZone } from "../core/time/local-days.ts";
import { receiveOptions } from "./receiver/options.ts";
import { sinksSchema } from "./sinks/options.ts";
import { sourcesSchema } from "./sources/options.ts";

const DAYS = z.number().int().min(1).max(36_500);

const timeZone = z.string().refine(isTimeZone, { error: "unknown time zone; use an IANA name such as Europe/Berlin" });

const tagName = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** Tags we write ourselves: a second one of that name would make a line no server takes. */
const OUR_TAGS: ReadonlySet<string> = new Set(["server", "time", ...MEASUREMENTS.flatMap((each) => each.tags)]);

const tags = z
  .record(z.string(), z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]))
  .superRefine((value, context) => {
    for (const key of Object.keys(value)) {
      if (OUR_TAGS.has(key)) {
        context.addIssue({
          code: "custom",
          path: [key],
          message: `"${key}" is taken; choose another name for the tag`,
        });
      } else if (!tagName.test(key)) {
        context.addIssue({
          code: "custom",
          path: [key],
          message: "a tag's name is a letter, then letters, digits, _ . -",
        });
      }
    }
  });

/** Keys of the collector at the top of the settings. */
export const collectorShape = {
  server: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("name of this cache, unique in the fleet; the host name by default"),
  tags: tags
    .default({})
    .describe("your own tags on every point: region, site_code, site_name, school_type and any others"),
  stateDir: z.string().min(1).optional().describe("where the journal and the cursors are kept"),
  timezone: timeZone
    .optional()
    .describe(
      "IANA time zone of local days; at first the system's by default, and then the one days have been counted in: another one named here applies from the end of the day",
    ),
  schedule: z.string().default("* * * * *").describe("when a pass is due, as a cron expression"),
  spreadSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(30)
    .describe("passes start up to this much later, each server at its own second"),
  passSeconds: z
    .number()
    .min(1)
    .max(3600)
    .default(50)
    .describe("a pass stops waiting for slow servers after this long"),
  sources: sourcesSchema.prefault({}),
  journal: z
    .strictObject({
      keepDays: DAYS.default(400).describe("days the journal keeps what it has"),
      keepMegabytes: z
        .number()
        .min(16)
        .default(10_000)
        .describe("the most disk the journal takes, even if a sink still needs what is deleted"),
    })
    .prefault({}),
  receive: receiveOptions.prefault({}).describe("the receiver of what caches of macOS 27 report"),
  sinks: sinksSchema.default([]).describe("servers to ship to; none is needed"),
} as const;

/** The collector's settings alone. */
export const collectorOptions = z.strictObject(collectorShape);
export type CollectorOptions = z.output<typeof collectorOptions>;
