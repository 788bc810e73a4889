/**
 * Texts of the daily report.
 *
 * @module
 */
import { daily as de } from "./daily.de.ts";
import { daily as en } from "./daily.en.ts";
import { inLanguages } from "./translated.ts";

export const DAILY_TEXTS = inLanguages(en, { de });
