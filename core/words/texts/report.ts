/**
 * Texts of reports.
 *
 * @module
 */
import { report as de } from "./report.de.ts";
import { report as en } from "./report.en.ts";
import { inLanguages } from "./translated.ts";

export const REPORT_TEXTS = inLanguages(en, { de });
