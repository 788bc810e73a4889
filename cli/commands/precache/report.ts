/**
 * What `larder precache report` does.
 *
 * @module
 */

import { LarderError } from "../../../core/errors.ts";
import { momentText } from "../../../core/time/moments.ts";
import { bytesText, countText, durationText } from "../../../core/words/amounts.ts";
import { reportOf, type WarmReport } from "../../../precache/index.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { print, printError, printJson } from "../../output.ts";
import { table } from "../../table.ts";
import type { PrecacheFlags } from "./flags.ts";
import { loadPrecache } from "./load.ts";

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
  else print(reportText(report, days, loaded.timeZone));
}

/** The runs as a table, then cost and effect. */
export function reportText(report: WarmReport, days: number, timeZone: string): string {
  if (report.runs.length === 0) return `No run in the last ${countText(days, "day")}.`;
  const runs = table(report.runs, [
    { title: "ended", value: ({ endedMs, finished }) => (finished ? momentText(endedMs, timeZone) : "not finished") },
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
  const cost = `Cost    ${bytesText(report.bytesFromOrigin)} from Apple for ${countText(warmedFiles, "file")} (${bytesText(warmedBytes)}) in ${countText(days, "day")}`;
  const effect =
    used === undefined
      ? "Effect  not known per file: only AssetInfo.db on the cache has it"
      : `Effect  ${countText(used.files, "file")} asked for since, at least ${bytesText(used.bytes)} that did not cross the WAN by day`;
  const served =
    servedFromCacheBytes === undefined
      ? "        no collector has recorded what the cache served in that time"
      : `        ${bytesText(servedFromCacheBytes)} served from the cache's disk altogether, warming not counted`;
  return [cost, effect, served];
}
