/**
 * Texts of notices, and of every rule of the alerts.
 *
 * @module
 */
import { alerts as de } from "./alerts.de.ts";
import { alerts as en } from "./alerts.en.ts";
import { inLanguages } from "./translated.ts";

export const ALERTS_TEXTS = inLanguages(en, { de });
