/**
 * What `larder sinks retry` does.
 *
 * @module
 */

import {
  createSink,
  type Destination,
  destinationsOf,
  type RetryReport,
  retryRejected,
} from "../../../collector/index.ts";
import { explainError } from "../../../core/errors.ts";
import { countText } from "../../../core/words/amounts.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { loadSettings, type Settings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { namedSink } from "../../named-sink.ts";
import { print, printJson } from "../../output.ts";
import type { SinksRetryFlags } from "./register.ts";

/** Runs the command. Exit code 3 when lines stay in a file. */
export async function sinksRetry(name: string | undefined, flags: SinksRetryFlags): Promise<void> {
  const { settings } = await loadSettings(flags);
  const log = await openLog("warn");
  const dryRun = flags.dryRun === true;
  const reports: RetryReport[] = [];
  for (const destination of destinationsFor(settings, name)) {
    const sink = await createSink(destination, { log });
    const { signal } = new AbortController();
    reports.push(await retryRejected({ sink, stateDir: settings.stateDir, signal, dryRun }));
    await sink.close();
  }
  if (flags.json === true)
    printJson(
      scriptAnswer({ dryRun, sinks: reports.map(({ problem = null, ...report }) => ({ ...report, problem })) }),
    );
  else print(reports.map((report) => reportText(report, dryRun)).join("\n"));
  if (!dryRun && reports.some(({ keptLines }) => keptLines > 0)) throw new ExitWith(ExitCode.partly);
}

function destinationsFor(settings: Settings, name: string | undefined): Destination[] {
  return name === undefined ? destinationsOf(settings.sinks) : namedSink(settings, name, "retry");
}

function reportText(report: RetryReport, dryRun: boolean): string {
  const { sink, lines, takenLines, expiredLines, keptLines, reasons, problem } = report;
  if (lines === 0) return `${sink}  no refused lines`;
  const counts = dryRun
    ? [`${countText(lines, "refused line")} would be sent once more`]
    : [`${takenLines} of ${countText(lines, "line")} taken`];
  if (expiredLines > 0) counts.push(`${expiredLines} older than it keeps by now`);
  if (keptLines > 0 && !dryRun) counts.push(`${keptLines} ${keptLines === 1 ? "stays" : "stay"} in the file`);
  const why = reasons.slice(0, 5).map(({ reason, lines: count }) => `  ${count}  ${reason || "without a reason"}`);
  return [`${sink}  ${counts.join(", ")}`, ...why, ...(problem === undefined ? [] : [explainError(problem)])].join(
    "\n",
  );
}
