/**
 * Texts of findings: what is wrong, and what to do about it.
 *
 * @module
 */
import { findings as de } from "./findings.de.ts";
import { findings as en } from "./findings.en.ts";
import { inLanguages } from "./translated.ts";

export const FINDINGS_TEXTS = inLanguages(en, { de });
