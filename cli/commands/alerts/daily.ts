/**
 * What `larder alerts daily` does: the report of a day, now, to those in the settings; the daemon sends it on its schedule.
 *
 * @module
 */
import {
  type DayReport,
  dailyMessage,
  dailyNotice,
  dayBefore,
  type Message,
  type Notifier,
  readDay,
  takesDaily,
} from "../../../alerts/index.ts";
import { LarderError } from "../../../core/errors.ts";
import { FOR_ALL, writeAtomically } from "../../../core/files.ts";
import { askJournal } from "../../../core/history/history.ts";
import { bucketStart } from "../../../core/time/local-days.ts";
import { drawDayOf } from "../../day-pictures.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { isoTime, scriptAnswer } from "../../json-answer.ts";
import { loadSettings, type Settings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { print, printJson } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { parseTime } from "../../time-range.ts";
import { notifiersOf } from "../../watching.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";

export interface DailyFlags extends SettingsCommandFlags {
  readonly day: string;
  readonly to?: string;
  readonly html?: string;
  readonly dryRun?: true;
}

interface SentDaily {
  readonly to: string;
  readonly outcome: "delivered" | "accepted" | "failed";
  readonly problem: unknown;
}

/** Runs the command. @throws LarderError `USAGE_TIME`, `USAGE_NOTIFIER`, `JOURNAL_READ`; ExitWith 3 when one did not take it */
export async function daily(flags: DailyFlags): Promise<void> {
  const loaded = await loadSettings(flags);
  checkWhoseJournal("alerts daily", loaded);
  const { settings } = loaded;
  const { stateDir, timezone: timeZone, alerts } = settings;
  const log = await openLog("warn");
  const dayMs = dayOf(flags.day, timeZone);
  const { language, link } = alerts;
  const draw = drawDayOf(settings, log);
  const messageFor = async (tags: Readonly<Record<string, string>>) =>
    await dailyMessage({ stateDir, timeZone, language, link, draw }, { dayMs, tags });
  const message = await messageFor({});
  if (flags.html !== undefined) await writeAtomically(flags.html, standalone(message), { mode: FOR_ALL });
  const notifiers = flags.dryRun === true ? [] : await notifiersOf(optionsFor(settings, flags.to), log);
  const notice = dailyNotice(dayMs, { timeZone, series: `${settings.server}_` });
  const sent = await Promise.all(
    notifiers.map(async (notifier): Promise<SentDaily> => {
      const only = alerts.notifiers.find(({ name }) => name === notifier.name)?.only;
      return await sendTo(notifier, notice, only === undefined ? message : await messageFor(only));
    }),
  );
  if (flags.json === true) {
    printJson(dailyJson(await readDay(askJournal(stateDir), { dayMs, timeZone, tags: {} }), sent));
  } else if (flags.dryRun === true) print(`${message.subject}\n\n${message.text}`);
  else print(sentText(sent));
  if (sent.some(({ outcome }) => outcome === "failed")) throw new ExitWith(ExitCode.partly);
}

function dayOf(text: string, timeZone: string): number {
  const nowMs = Date.now();
  const dayMs =
    text === "yesterday" ? dayBefore(nowMs, timeZone) : bucketStart(parseTime(text, nowMs, timeZone), "day", timeZone);
  if (dayMs <= nowMs) return dayMs;
  throw new LarderError(`Cannot report on "${text}": it has not begun`, { code: "USAGE_TIME" });
}

function optionsFor({ alerts: { notifiers, daily: options } }: Settings, to: string | undefined) {
  const found = notifiers.filter((each) =>
    to === undefined ? takesDaily(each, options?.to) : each.name === to && each.type !== "pagerduty",
  );
  if (found.length > 0) return found;
  const what =
    to === undefined ? "the settings have no notifier for it" : "the settings have no notifier of that name for it";
  throw new LarderError(`Cannot send the daily report${to === undefined ? "" : ` to "${to}"`}: ${what}`, {
    code: "USAGE_NOTIFIER",
    next: "add one under alerts.notifiers (PagerDuty takes no reports), or see it with --dry-run",
  });
}

async function sendTo(
  notifier: Notifier,
  notice: ReturnType<typeof dailyNotice>,
  message: Message,
): Promise<SentDaily> {
  const to = notifier.name;
  try {
    return { to, outcome: await notifier.send(notice, message), problem: null };
  } catch (error) {
    return { to, outcome: "failed", problem: error };
  }
}

function sentText(sent: readonly SentDaily[]): string {
  return sent
    .map(({ to, outcome, problem }) => {
      if (problem instanceof Error) return problem.message;
      return `${to}: ${outcome === "delivered" ? "delivered" : "accepted; see whether it arrives"}`;
    })
    .join("\n");
}

/** The mail as a file: its pictures within. */
function standalone({ html = "", pictures = [] }: Message): string {
  return pictures.reduce(
    (text, { name, png }) =>
      text.replace(`"cid:${name}"`, `"data:image/png;base64,${Buffer.from(png).toString("base64")}"`),
    html,
  );
}

function dailyJson({ dayMs, timeZone: _, ...rest }: DayReport, sent: readonly SentDaily[]): unknown {
  const { day, ...others } = rest;
  return { date: isoTime(dayMs), ...(scriptAnswer({ amounts: day, ...others, sent }) as object) };
}
