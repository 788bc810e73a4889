/**
 * What `larder precache run` does: shows the run, turns signals into a stop, ends with a code.
 *
 * @module
 */
import { openJournal } from "../../../core/journal/journal.ts";
import { type AssetEnd, type RunReport, runPrecache } from "../../../precache/index.ts";
import type { PrecacheInput } from "../../../precache/options.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { isTerminal, print, printError, printJson } from "../../output.ts";
import { createProgress, type Progress, type ProgressMode } from "../../progress/progress.ts";
import { followSignals } from "../../signals.ts";
import type { PrecacheFlags } from "./flags.ts";
import { loadPrecache } from "./load.ts";
import { precachePlan } from "./plan.ts";
import { planTotalsText } from "./plan-text.ts";
import { stayAwake } from "./stay-awake.ts";
import { failuresText, summaryTable } from "./summary-text.ts";

const EXIT_CODES = { ok: ExitCode.ok, partly: ExitCode.partly, failed: ExitCode.failed } as const;

/** Runs the command. @param over options of an old command line. */
export async function precacheRun(flags: PrecacheFlags, over: PrecacheInput = {}): Promise<void> {
  if (flags.dryRun === true) return await precachePlan({ ...flags, all: true }, over);
  const { options, stateDir, tags, log } = await loadPrecache(flags, over);
  const progress = createProgress({
    mode: modeOf(flags),
    write: (text) => process.stderr.write(text),
    size: terminalSize,
  });
  let begun = false;
  const signals = followSignals({
    onStop: () => progress.say(begun ? "Finishing the files in hand; Ctrl-C once more leaves them." : "Stopping."),
    canAbort: true,
  });
  let report: RunReport;
  stayAwake();
  try {
    report = await runPrecache({
      options,
      stateDir,
      tags,
      log,
      world: { attended: flags.quiet !== true && isTerminal(process.stderr) },
      openJournal: async () => await openJournal(stateDir, "precache"),
      stop: signals.stop,
      abort: signals.abort,
      exitCodes: EXIT_CODES,
      observe: (event) => {
        begun ||= event.type === "asset-start";
        progress.take(event);
      },
      planned: ({ plan, roomBytes, troubles, notes }) => {
        for (const note of notes) progress.say(`note: ${note}`);
        for (const trouble of troubles) progress.say(`without ${trouble}`);
        progress.start(planTotalsText(plan, roomBytes));
      },
      say: (text) => progress.say(`${text} …`),
    });
  } finally {
    signals.release();
    progress.close();
  }
  printReport(report, flags, progress);
  if (report.trouble !== undefined) throw report.trouble;
  const code = EXIT_CODES[report.verdict];
  if (code !== ExitCode.ok) throw new ExitWith(code);
}

function modeOf(flags: PrecacheFlags): ProgressMode {
  if (flags.quiet === true) return "quiet";
  return isTerminal(process.stderr) && process.env["TERM"] !== "dumb" ? "bars" : "plain";
}

function terminalSize(): { columns: number; rows: number } {
  return { columns: process.stderr.columns ?? 80, rows: process.stderr.rows ?? 24 };
}

function printReport(report: RunReport, flags: PrecacheFlags, progress: Progress): void {
  const { verdict, prepared, summary = null, failures: failed, skipped = null } = report;
  // with --quiet nobody has seen them yet, and they are why a run can end with 3
  if (flags.quiet === true) {
    for (const note of prepared?.notes ?? []) printError(`note: ${note}`);
    for (const trouble of prepared?.troubles ?? []) printError(`without ${trouble}`);
  }
  if (flags.json === true) {
    printJson(scriptAnswer({ verdict, summary, failures: failed.map(failureForScripts), skipped }));
    return;
  }
  if (skipped !== null) print(`Nothing was fetched: ${skipped}.`);
  else if (summary === null || summary.planned === 0) print("Nothing to fetch.");
  else print(`\n${summaryTable(summary)}`);
  const failures = failuresText(progress.state.failures, report.summary);
  if (failures !== "") printError(`\n${failures}`);
}

/** A file that failed, without what only the books need. */
function failureForScripts({ type: _type, atMs, sinceLastLine: _since, item, ...end }: AssetEnd): object {
  return { timeMs: atMs, asset: item.asset, ...end };
}
