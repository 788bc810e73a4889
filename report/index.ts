/**
 * Reports: what the caches saved in a stretch of time, as a page, pictures, a table, text or data.
 *
 * `askReport` asks a journal, or whatever else can answer, and makes one `Report`; the forms are made of it and compute
 * nothing.
 *
 * @module
 */
import { type Ask, askJournal } from "../core/history/history.ts";
import { type Asked, makeReport } from "./make-report.ts";
import type { Report } from "./model.ts";
import { readAnswers } from "./read-answers.ts";

export { csv } from "./csv.ts";
export { json, type ReportJson } from "./json.ts";
export {
  type AlertView,
  type CacheKnown,
  type Health,
  type Live,
  type LiveOptions,
  openLive,
  type SinkView,
} from "./live/live.ts";
export { logoAddress } from "./logo.ts";
export type { Asked } from "./make-report.ts";
export type { By, Report, Unknown } from "./model.ts";
export { page } from "./page/page.ts";
export { namedPeriod, type Period, periodOf } from "./period.ts";
export { type Picture, pictures } from "./png.ts";
export { text } from "./text.ts";
export { LANGUAGE_NAMES, type LanguageName, type Words, wordsOf } from "./words.ts";

/** The report of what somebody who can be asked has: a journal, a database, a server. */
export async function askReport(ask: Ask, asked: Asked): Promise<Report> {
  return makeReport(asked, await readAnswers(ask, asked));
}

/** The report of what a journal has. */
export async function makeJournalReport(stateDir: string, asked: Asked): Promise<Report> {
  return await askReport(askJournal(stateDir), asked);
}
