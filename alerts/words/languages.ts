/**
 * The languages notices can be in.
 *
 * @module
 */

export const ALERT_LANGUAGES = ["en", "de"] as const;
export type AlertLanguage = (typeof ALERT_LANGUAGES)[number];
