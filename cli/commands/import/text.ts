/**
 * What came of an import, in words and for scripts. Pure.
 *
 * @module
 */
import type { ImportProgress, ImportReport, ServerReport } from "../../../collector/index.ts";
import { momentText } from "../../../core/time/moments.ts";
import { countText, durationText, percentText, shareOf } from "../../../core/words/amounts.ts";
import { isoTime, problemJson } from "../../json-answer.ts";
import { table } from "../../table.ts";

/** How far it is: `42.0%, up to 2019-03-01 00:00, 18200 points/s, 3 min left`. */
export function progressText(
  { span, atMs, beganMs, pointsRead, lines, seconds }: ImportProgress,
  zone: string,
): string {
  const done = shareOf(atMs - span.fromMs, span.toMs - span.fromMs);
  const passed = atMs - beganMs;
  const left = passed > 0 ? ((span.toMs - atMs) / passed) * seconds : undefined;
  const words = [
    percentText(done),
    `up to ${momentText(atMs, zone)}`,
    countText(lines, "line"),
    `${Math.round(pointsRead / Math.max(seconds, 0.001))} points/s`,
  ];
  return [...words, ...(left === undefined ? [] : [`${durationText(left)} left`])].join(", ");
}

/** The whole answer for people. */
export function reportText(report: ImportReport, zone: string): string {
  const { asked, servers, leftOutFields, dryRun, problem, stopped } = report;
  if (asked === undefined) return "There is nothing in that time.";
  const at = (ms: number): string => momentText(ms, zone);
  const rows = servers.flatMap((server) => rowsOf(server, at));
  const parts = [
    `In the database: ${at(asked.fromMs)} to ${at(asked.toMs - 1)}, ${countText(report.pointsRead, "point")}.`,
    table(rows, [
      { title: "cache", value: ({ server }) => server, maxWidth: 32 },
      { title: "", value: ({ what }) => what },
      { title: "points", value: ({ points }) => String(points), align: "right" },
      { title: "from", value: ({ from }) => from },
      { title: "to", value: ({ to }) => to },
    ]),
  ];
  if (report.resumedMs !== undefined) parts.push(`Went on at ${at(report.resumedMs)}, where it was ended before.`);
  if (report.older) parts.push("Left out: points of a time before there were content caches.");
  for (const { measurement, fields, reason } of leftOutFields) {
    parts.push(`Left out of ${measurement}: ${fields.join(", ")} (${reason}).`);
  }
  if (problem !== undefined) parts.push(`${problem.message}\n  try  ${problem.next ?? ""}`);
  parts.push(lastWords(report, dryRun, stopped));
  return parts.join("\n\n");
}

function lastWords({ lines }: ImportReport, dryRun: boolean, stopped: boolean): string {
  if (dryRun) return `${countText(lines, "line")} would be imported. Nothing was written; without --dry-run they are.`;
  if (stopped) return `${countText(lines, "line")} imported so far. The same command goes on from here.`;
  const next = "The collector adds their hours and days in its next pass, and ships them.";
  return lines === 0 ? "Nothing new." : `${countText(lines, "line")} imported. ${next}`;
}

interface Row {
  readonly server: string;
  readonly what: string;
  readonly points: number;
  readonly from: string;
  readonly to: string;
}

function rowsOf({ server, taken, leftOut }: ServerReport, at: (ms: number) => string): Row[] {
  const name = server === "" ? "(no name)" : server;
  const row = (what: string, { points, fromMs, toMs }: NonNullable<ServerReport["taken"]>): Row => ({
    server: name,
    what,
    points,
    from: at(fromMs),
    to: at(toMs),
  });
  return [
    ...(taken === undefined ? [] : [row("new", taken)]),
    ...leftOut.map((each) => row(`left out: ${each.reason}`, each)),
  ];
}

/** The whole answer for scripts. */
export function answerOf(report: ImportReport): unknown {
  const { dryRun, asked, taken, servers, leftOutFields, problem, stopped, seconds } = report;
  const counted = (all: ServerReport["taken"]) => ({
    points: all?.points ?? 0,
    from: isoTime(all?.fromMs),
    to: isoTime(all?.toMs),
  });
  return {
    dryRun,
    from: isoTime(asked?.fromMs),
    to: isoTime(asked?.toMs),
    resumed: isoTime(report.resumedMs),
    pointsRead: report.pointsRead,
    points: report.points,
    lines: report.lines,
    taken: { from: isoTime(taken?.fromMs), to: isoTime(taken?.toMs) },
    servers: servers.map((server) => ({
      server: server.server,
      ...counted(server.taken),
      lines: server.lines,
      leftOut: server.leftOut.map((each) => ({ reason: each.reason, ...counted(each) })),
    })),
    leftOutFields,
    beforeCaches: report.older,
    problem: problem === undefined ? null : problemJson(problem),
    stopped,
    seconds,
  };
}
