/**
 * The daily report on its way through the outbox: the notice that is due, and its message, made when it is sent.
 *
 * @module
 */
import { askJournal } from "../../core/history/history.ts";
import { localDate } from "../../core/time/local-days.ts";
import type { LanguageName } from "../../core/words/language.ts";
import type { Daily, Notice } from "../state/state.ts";
import type { Tags } from "../tags.ts";
import type { Message } from "../words/words.ts";
import { type DayPicture, dayMessage } from "./day-message.ts";
import { type DayAsked, readDay } from "./day-report.ts";
import { dayBefore, isDue } from "./due.ts";

export interface DailyDue {
  readonly schedule: string;
  /** What was sent, and up to when the schedule was looked at. */
  readonly known: Daily | undefined;
  readonly nowMs: number;
  readonly timeZone: string;
  /** Part of every notice's name. */
  readonly series: string;
}

/**
 * The notice that is due, and what is known from now on. Each day is reported once, whatever clock and schedule do.
 * @throws Error of node-cron for what is not a schedule
 */
export async function dueDaily({ schedule, known, nowMs, timeZone, series }: DailyDue): Promise<{
  readonly notice: Notice | undefined;
  readonly known: Daily;
}> {
  const upToMs = Math.max(nowMs, known?.upToMs ?? nowMs);
  const dayMs = dayBefore(nowMs, timeZone);
  const isFresh = known !== undefined && (known.dayMs ?? 0) < dayMs;
  if (!isFresh || !(await isDue(schedule, { afterMs: known.upToMs, nowMs, timeZone }))) {
    return { notice: undefined, known: { ...known, upToMs } };
  }
  return { notice: dailyNotice(dayMs, { timeZone, series }), known: { upToMs, dayMs } };
}

/** A report of a day as a notice: its moment is the beginning of that day. */
export function dailyNotice(
  dayMs: number,
  { timeZone, series }: { readonly timeZone: string; readonly series: string },
): Notice {
  const id = `daily_${series}${localDate(dayMs, timeZone)}`;
  return {
    ...{ id, incident: id, kind: "daily", rule: "daily", place: "", level: "warn", atMs: dayMs },
    ...{ alerts: [], remaining: 0 },
  };
}

/** Draws the pictures of a day; none where this computer cannot. */
export type DrawDay = (asked: DayAsked & { readonly language: LanguageName }) => Promise<readonly DayPicture[]>;

export interface DailySetup {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly language: LanguageName;
  readonly link: string | undefined;
  readonly draw: DrawDay | undefined;
}

/** The message of a day, of caches with some tags. @throws LarderError `JOURNAL_READ` */
export async function dailyMessage(
  setup: DailySetup,
  day: { readonly dayMs: number; readonly tags: Tags },
): Promise<Message> {
  const { stateDir, timeZone, language, link, draw } = setup;
  const asked = { ...day, timeZone };
  const report = await readDay(askJournal(stateDir), asked);
  const pictures = report.day === undefined || draw === undefined ? [] : await draw({ ...asked, language });
  return dayMessage(report, { language, link, pictures });
}
