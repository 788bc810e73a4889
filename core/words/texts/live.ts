/**
 * Texts that only the live page has.
 *
 * @module
 */
import { live as de } from "./live.de.ts";
import { live as en } from "./live.en.ts";
import { inLanguages } from "./translated.ts";

export const LIVE_TEXTS = inLanguages(en, { de });
