/**
 * The door of the texts: a table for every part of the program that speaks more than English, in every language.
 *
 * A language is a file beside each `….en.ts`; `core/words/language.ts` has its numbers.
 *
 * @module
 */
export { ALERTS_TEXTS } from "./alerts.ts";
export { DAILY_TEXTS } from "./daily.ts";
export { FINDINGS_TEXTS } from "./findings.ts";
export { LIVE_TEXTS } from "./live.ts";
export { REPORT_TEXTS } from "./report.ts";
