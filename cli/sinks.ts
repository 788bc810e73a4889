/**
 * What `larder sinks retry` does.
 *
 * @module
 */
import { createSink, type RetryReport, retryRejected, rollupSinkOptions } from "../collector/index.ts";
import { explainError, LarderError } from "../core/errors.ts";
import { createLog } from "../core/log.ts";
import type { SinksRetryFlags } from "./commands/sinks.ts";
import { loadSettings, type Settings } from "./config.ts";
import { ExitCode, ExitWith } from "./exit.ts";
import { print, printJson } from "./output.ts";

/** Runs the command. Exit code 3 when lines stay in a file. */
export async function sinksRetry(name: string | undefined, flags: SinksRetryFlags): Promise<void> {
  const { settings } = await loadSettings(flags);
  const log = await createLog("warn");
  const dryRun = flags.dryRun === true;
  const reports: RetryReport[] = [];
  for (const options of destinations(settings, name)) {
    const sink = await createSink(options, { log });
    const { signal } = new AbortController();
    reports.push(await retryRejected({ sink, stateDir: settings.stateDir, signal, dryRun }));
    await sink.close();
  }
  if (flags.json === true) printJson({ dryRun, sinks: reports.map(reportJson) });
  else print(reports.map((report) => reportText(report, dryRun)).join("\n"));
  if (!dryRun && reports.some(({ keptLines }) => keptLines > 0)) throw new ExitWith(ExitCode.partly);
}

/** The sinks meant, each with the place of its roll-ups. */
function destinations({ sinks }: Settings, name: string | undefined) {
  const all = sinks.flatMap((sink) => {
    const rollup = rollupSinkOptions(sink);
    return (rollup === undefined ? [sink] : [sink, rollup]).map((options) => ({ of: sink.name, options }));
  });
  const meant = all.filter(({ of, options }) => name === undefined || name === of || name === options.name);
  if (meant.length > 0 || name === undefined) return meant.map(({ options }) => options);
  throw new LarderError(
    `Cannot retry sink "${name}": there are ${sinks.map((sink) => sink.name).join(", ") || "none"}`,
    {
      code: "USAGE_SINK",
      state: "nothing was sent",
    },
  );
}

function reportText(report: RetryReport, dryRun: boolean): string {
  const { sink, lines, takenLines, expiredLines, keptLines, reasons, problem } = report;
  if (lines === 0) return `${sink}  no refused lines`;
  const counts = dryRun
    ? [`${lines} refused lines would be sent once more`]
    : [`${takenLines} of ${lines} lines taken`];
  if (expiredLines > 0) counts.push(`${expiredLines} older than it keeps by now`);
  if (keptLines > 0 && !dryRun) counts.push(`${keptLines} stay in the file`);
  const why = reasons
    .slice(0, 5)
    .map(({ reason, lines: count }) => `  ${count}  ${reason || "no reason stands there"}`);
  return [`${sink}  ${counts.join(", ")}`, ...why, ...(problem === undefined ? [] : [explainError(problem)])].join(
    "\n",
  );
}

function reportJson({ problem, ...report }: RetryReport): unknown {
  const told =
    problem === undefined ? null : { code: problem.code, message: problem.message, next: problem.next ?? null };
  return { ...report, problem: told };
}
