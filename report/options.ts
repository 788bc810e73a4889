/**
 * Settings of reports: keys, types, defaults.
 *
 * @module
 */
import * as z from "zod";
import { LANGUAGE_NAMES } from "../core/words/language.ts";

/** Keys of `report` in the settings. */
export const reportOptions = z.strictObject({
  organisation: z.string().max(200).optional().describe("name at the head of a report"),
  logo: z.string().min(1).optional().describe("picture at its head: a PNG, JPEG or SVG file of at most 200 KB"),
  language: z.enum(LANGUAGE_NAMES).default("en").describe("language of reports: en or de"),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: "expected three capital letters, such as EUR" })
    .default("EUR")
    .describe("currency of pricePerGB, by its ISO 4217 code"),
  pricePerGB: z.number().min(0).max(1_000_000).optional().describe("what a gigabyte over the WAN costs"),
  lineMbits: z
    .number()
    .positive()
    .max(1e9)
    .optional()
    .describe("speed of a site's line in megabits a second, to say how long it would have been full"),
  schoolYearStarts: z
    .string()
    .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, { error: "expected month and day, such as 08-01" })
    .default("08-01")
    .describe("first day of a school year, month and day"),
});
export type ReportOptions = z.output<typeof reportOptions>;
