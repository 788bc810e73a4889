/**
 * What `larder collect` does: one pass, or passes on the schedule until it is stopped.
 *
 * @module
 */

import {
  type Collector,
  createCollector,
  type PassReport,
  runOnSchedule,
  type SourceReport,
} from "../../../collector/index.ts";
import { explainError, LarderError } from "../../../core/errors.ts";
import type { Log } from "../../../core/log.ts";
import { secondText } from "../../../core/time/moments.ts";
import { bytesText, countText, durationText } from "../../../core/words/amounts.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { loadSettings, type Settings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { parseLogLevel } from "../../log-level.ts";
import { isTerminal, print, printJson, printJsonLine } from "../../output.ts";
import { checkScheduleOf, logSinks, scheduleOf } from "../../passes.ts";
import { followSignals } from "../../signals.ts";
import type { CollectFlags } from "./register.ts";

/** Runs the command. */
export async function collect(flags: CollectFlags): Promise<void> {
  const level = parseLogLevel(flags.logLevel);
  const { settings, origins } = await loadSettings(flags);
  const once = flags.once === true || flags.dryRun === true;
  if (once && flags.serve === true) throw nobodyToServe(flags);
  const watched = !once && isTerminal() && flags.json !== true && level === "info";
  if (!once) await checkScheduleOf({ settings, origins });
  const log = await openLog((once || watched) && level === "info" ? "warn" : level);
  const signals = followSignals({ onStop: (signal) => log.info("finishing the pass", { signal }) });
  const collector = await createCollector({
    settings,
    zoneIsSet: origins["timezone"] !== undefined,
    log,
    signal: signals.stop,
    once,
    stays: !once,
    takeOver: flags.takeOver === true,
    dryRun: flags.dryRun === true,
  });
  try {
    const scheduled = { collector, settings, stop: signals.stop, log, json: flags.json === true, watched };
    if (once) await collectOnce(collector, flags);
    else if (flags.serve === true) await serveAndCollect(scheduled);
    else await collectAndWatch(scheduled);
  } finally {
    await collector.close();
    signals.release();
  }
}

async function collectOnce(collector: Collector, flags: CollectFlags): Promise<void> {
  const report = await collector.pass();
  if (flags.json === true) printJson(scriptAnswer(report));
  else print(reportText(report, flags.dryRun === true));
  const code = exitCodeOf(report);
  if (code !== ExitCode.ok) throw new ExitWith(code);
}

/** As `collectOnSchedule`, with a look by all rules after each pass. */
async function collectAndWatch(scheduled: Scheduled): Promise<void> {
  const { openLooks } = await import("../../looks.ts");
  const looks = await openLooks(scheduled.settings, scheduled.log);
  try {
    await collectOnSchedule({ ...scheduled, afterPass: async () => await looks.look() });
  } finally {
    await looks.close();
  }
}

interface Scheduled {
  readonly collector: Collector;
  readonly settings: Settings;
  readonly stop: AbortSignal;
  readonly log: Log;
  readonly json: boolean;
  /** A person looks on: lines for people instead of a log. */
  readonly watched: boolean;
  readonly afterPass?: () => Promise<void>;
}

/** One process for both: the page stays while the last pass ends. */
async function serveAndCollect(scheduled: Scheduled): Promise<void> {
  const { settings, log, watched } = scheduled;
  // no other collector needs what draws the page
  const { startServing } = await import("../../serving/serving.ts");
  const serving = await startServing(settings, log);
  try {
    log.info("serving", { url: serving.url });
    if (watched) print(`The live page is at ${serving.url}`);
    await collectAndWatch(scheduled);
  } finally {
    await serving.close();
  }
}

function nobodyToServe({ once }: CollectFlags): LarderError {
  return new LarderError(`Cannot serve with ${once === true ? "--once" : "--dry-run"}: the pass ends at once`, {
    code: "USAGE",
    next: "leave one of the two out, or: larder serve",
  });
}

async function collectOnSchedule({
  collector,
  settings,
  stop,
  log,
  json,
  watched,
  afterPass,
}: Scheduled): Promise<void> {
  if (watched)
    print(`collecting (schedule ${settings.schedule}); Ctrl-C ends it after the pass in hand, twice at once`);
  log.info("collecting", {
    server: settings.server,
    schedule: settings.schedule,
    sinks: settings.sinks.map(({ name }) => name),
  });
  await runOnSchedule(scheduleOf(settings, { signal: stop, log }), async () => {
    const report = await collector.pass();
    if (json) printJsonLine(scriptAnswer(report));
    if (watched) print(passText(report, new Date(), settings.timezone));
    else logReport(report, log);
    await afterPass?.();
  });
  log.info("stopped");
}

/** 0 when all was read and shipped; 1 when nothing could be read; 3 when some of it waits or was refused. */
function exitCodeOf(report: PassReport): number {
  const failed = report.sources.filter(({ problem }) => problem !== undefined);
  if (report.sources.length > 0 && failed.length === report.sources.length) return ExitCode.failed;
  const waiting = report.sinks.some(
    ({ state, backlogBytes, rejectedLines }) => state !== "ok" || backlogBytes > 0 || rejectedLines > 0,
  );
  const rejected = report.sources.some((source) => source.rejected > 0);
  return failed.length > 0 || waiting || rejected ? ExitCode.partly : ExitCode.ok;
}

function logReport(report: PassReport, log: Log): void {
  for (const { name, problem, rows, lines } of report.sources) {
    if (problem !== undefined) log.error(explainError(problem), { source: name, code: problem.code });
    else if (rows > 0) log.info("collected", { source: name, rows, lines });
  }
  logSinks(report.sinks, log);
}

/** A pass in a line for somebody who watches, and what went wrong in it below. */
export function passText(report: PassReport, at: Date, timeZone: string): string {
  const clock = secondText(at.getTime(), timeZone).slice(-8);
  const sources = report.sources.map(({ name, rows }) => `${name} ${countText(rows, "row")}`);
  const sinks = report.sinks.map(({ sink, shippedLines }) => `${sink} ${countText(shippedLines, "line")} shipped`);
  const problems = [...report.sources, ...report.sinks].flatMap(({ problem }) =>
    problem === undefined ? [] : [explainError(problem)],
  );
  return [`${clock}  ${[...sources, ...sinks].join(", ")}`, ...problems].join("\n");
}

function reportText(report: PassReport, dryRun: boolean): string {
  const lines = report.sources.map((source) => {
    const what = `${source.name}  ${countText(source.rows, "row")}, ${countText(source.lines, "line")} ${dryRun ? "would be written" : "written"}`;
    const rejected = rejectedText(source);
    return source.problem === undefined ? `${what}${rejected}` : `${what}${rejected}\n${explainError(source.problem)}`;
  });
  for (const sink of report.sinks) {
    const parts = [`${countText(sink.shippedLines, "line")} shipped`];
    if (sink.rejectedLines > 0) parts.push(`${sink.rejectedLines} refused`);
    if (sink.expiredLines > 0) parts.push(`${sink.expiredLines} older than it keeps`);
    if (sink.backlogBytes > 0) parts.push(`${bytesText(sink.backlogBytes)} waiting`);
    if (sink.lostBytes > 0) parts.push(`${bytesText(sink.lostBytes)} lost to the byte limit`);
    lines.push(`${sink.sink}  ${parts.join(", ")}`);
    if (sink.problem !== undefined) lines.push(explainError(sink.problem));
  }
  lines.push(`done in ${durationText(report.seconds)}`);
  return lines.join("\n");
}

function rejectedText({ rejected, unkept }: SourceReport): string {
  const kept = rejected - unkept;
  const aside = kept > 0 ? `, ${countText(kept, "row")} set aside` : "";
  return unkept > 0 ? `${aside}, ${countText(unkept, "bad row")} left out (rejected/_rows.lp is full)` : aside;
}
