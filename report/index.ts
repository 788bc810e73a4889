/**
 * Reports: what the caches saved in a stretch of time, as a page, pictures, a table, text or data.
 *
 * `makeJournalReport` reads the journal into one `Report`; the forms are made of it and compute nothing.
 *
 * @module
 */
import { type Asked, makeReport } from "./make-report.ts";
import type { Report } from "./model.ts";
import { readJournal } from "./read-journal.ts";

export { csv } from "./csv.ts";
export { json, type ReportJson } from "./json.ts";
export { LANGUAGE_NAMES, type LanguageName, type Words, wordsOf } from "./languages/languages.ts";
export { logoAddress } from "./logo.ts";
export type { Asked } from "./make-report.ts";
export type { By, Report } from "./model.ts";
export { page } from "./page/page.ts";
export { namedPeriod, type Period, periodOf } from "./period.ts";
export { type Picture, pictures } from "./png.ts";
export { text } from "./text.ts";

/** The report of what a journal has. */
export async function makeJournalReport(stateDir: string, asked: Asked): Promise<Report> {
  return makeReport(asked, await readJournal(stateDir, asked));
}
