/**
 * What `larder precache report` does.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import { reportOf, type WarmReport } from "../../../precache/index.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { bytesText, durationText, print, printError, printJson, table } from "../../output.ts";
import type { PrecacheFlags } from "./flags.ts";
import { loadPrecache } from "./load.ts";
import { plural } from "./plan-text.ts";

const DAY_MS = 86_400_000;

/** Runs the command. */
export async function precacheReport(flags: PrecacheFlags & { days: string }): Promise<void> {
  const loaded = await loadPrecache(flags);
  const days = Number(flags.days);
  if (!(days > 0 && days <= 3660)) {
    throw new LarderError(`Cannot report "${flags.days}" days: expected a number from 1 to 3660`, { code: "USAGE" });
  }
  const now = Date.now();
  const report = await reportOf({
    ...loaded,
    fromMs: now - days * DAY_MS,
    toMs: now + 1,
    trouble: (text) => printError(`without ${text}`),
  });
  if (flags.json === true) printJson(scriptAnswer(report));
  else print(reportText(report, days));
}

/** The runs as a table, then cost and effect. */
export function reportText(report: WarmReport, days: number): string {
  if (report.runs.length === 0) return `No run in the last ${days} days.`;
  const runs = table(report.runs, [
    { title: "ended", value: ({ endedMs, finished }) => (finished ? timeText(endedMs) : "not finished") },
    { title: "cache", value: ({ target }) => target, maxWidth: 16 },
    { title: "warmed", value: ({ warmed }) => String(warmed), align: "right" },
    { title: "there", value: ({ cached }) => String(cached), align: "right" },
    { title: "failed", value: ({ failed }) => String(failed), align: "right" },
    { title: "from Apple", value: ({ bytesFromOrigin }) => bytesText(bytesFromOrigin), align: "right" },
    { title: "took", value: ({ seconds }) => durationText(seconds), align: "right" },
  ]);
  return [runs, "", ...effectLines(report, days)].join("\n");
}

function effectLines(report: WarmReport, days: number): string[] {
  const { used, servedFromCacheBytes, warmedFiles, warmedBytes } = report;
  const cost = `Cost    ${bytesText(report.bytesFromOrigin)} from Apple for ${plural(warmedFiles)} (${bytesText(warmedBytes)}) in ${days} days`;
  const effect =
    used === undefined
      ? "Effect  not known per file: AssetInfo.db tells it on the cache itself"
      : `Effect  ${plural(used.files)} asked for since, at least ${bytesText(used.bytes)} that did not cross the WAN by day`;
  const served =
    servedFromCacheBytes === undefined
      ? "        no collector has recorded what the cache served in that time"
      : `        ${bytesText(servedFromCacheBytes)} served from the cache's disk altogether, warming not counted`;
  return [cost, effect, served];
}

/** `2026-09-14 02:31`, local. */
function timeText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
