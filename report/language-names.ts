/**
 * The languages there are. Apart from their texts: every command reads the settings, and few need the texts.
 *
 * @module
 */

export const LANGUAGE_NAMES = ["en", "de"] as const;
export type LanguageName = (typeof LANGUAGE_NAMES)[number];
