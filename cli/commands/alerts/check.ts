/**
 * What `larder alerts check` does: one look at everything, and notices to whom the settings name.
 *
 * @module
 */
import { type CheckReport, previewCheck } from "../../../alerts/index.ts";
import { LarderError } from "../../../core/errors.ts";
import { momentText } from "../../../core/time/moments.ts";
import { countText } from "../../../core/words/amounts.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { loadSettings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { print, printJson } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { openWatching, ownReport } from "../../watching.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";

export interface CheckFlags extends SettingsCommandFlags {
  readonly dryRun?: true;
}

/** Runs the command: exit 0 when nothing is wrong, 3 when alerts fire or notices wait. */
export async function check(flags: CheckFlags): Promise<void> {
  const loaded = await loadSettings(flags);
  checkWhoseJournal("alerts check", loaded);
  const { settings } = loaded;
  const log = await openLog("warn");
  const own = await ownReport(settings);
  const report = flags.dryRun === true ? await preview() : await look();
  if (flags.json === true) printJson(answerOf(report));
  else print(checkText(report, settings.timezone));
  if (report.alerts.length > 0 || report.waiting > 0) throw new ExitWith(ExitCode.partly);

  async function preview(): Promise<CheckReport> {
    const { stateDir, timezone: timeZone, alerts: options } = settings;
    return await previewCheck({ stateDir, timeZone, options, notifiers: [], log, once: true }, own);
  }
  async function look(): Promise<CheckReport> {
    const watch = await openWatching({ settings, log, once: true });
    try {
      return await watch.check(own);
    } finally {
      await watch.close();
    }
  }
}

function answerOf({ caches, alerts, notices, sent, waiting }: CheckReport): unknown {
  return scriptAnswer({
    caches,
    alerts: alerts.map(({ rule, server, part, level, sinceMs, heldBackBy }) => {
      return { rule, server, part, level, sinceMs, heldBackBy };
    }),
    notices: notices.map(({ id, kind, rule, level, place, incident, alerts: { length: count } }) => {
      return { id, kind, rule, level, place, incident, alerts: count };
    }),
    sent: sent.map(({ notice, to, outcome }) => {
      return outcome instanceof LarderError
        ? { notice: notice.id, to, outcome: "failed", problem: outcome }
        : { notice: notice.id, to, outcome, problem: undefined };
    }),
    waiting,
  });
}

function checkText({ caches, alerts, notices, sent, waiting }: CheckReport, timeZone: string): string {
  const lines = alerts.map(({ rule, server, part, level, sinceMs, heldBackBy }) => {
    const held = heldBackBy === undefined ? "" : `  (held back by ${heldBackBy})`;
    const subject = part === "" ? server : `${server} ${part}`;
    return `${level === "bad" ? "BAD " : "WARN"}  ${rule}  ${subject}  since ${momentText(sinceMs, timeZone)}${held}`;
  });
  const failed = sent.flatMap(({ outcome }) => (outcome instanceof LarderError ? [outcome.message] : []));
  const delivered = sent.length - failed.length;
  const wait = waiting > 0 ? `, ${waiting} waiting` : "";
  return [
    ...(lines.length === 0 ? ["nothing is wrong"] : lines),
    `${countText(caches, "cache")}, ${countText(alerts.length, "alert")}, ${countText(notices.length, "new notice")}, ${delivered} sent${wait}`,
    ...failed,
  ].join("\n");
}
