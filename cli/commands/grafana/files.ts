/**
 * What `larder grafana` reads, writes and prints.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { parseJsonText, Secret } from "../../../core/config/config.ts";
import { errorText, LarderError } from "../../../core/errors.ts";
import {
  FOLDER_FOR_ALL,
  FOR_ALL,
  makeFolder,
  readIfThere,
  readRegularFile,
  writeAtomically,
} from "../../../core/files.ts";
import { countText } from "../../../core/words/amounts.ts";
import type { AlertRule, BrokenRule, Dashboard, PushReport } from "../../../grafana/index.ts";
import { colour, print, printError, printJson } from "../../output.ts";

const MAX_BOARD_BYTES = 16 * 1024 * 1024;

type Action = "create" | "change" | "keep";

/** Writes files below a folder; those that are there with the same text are left alone. */
export async function writeExport(
  out: string,
  files: ReadonlyMap<string, string>,
  options: { readonly dryRun?: boolean; readonly json?: boolean },
): Promise<void> {
  const done: { path: string; action: Action }[] = [];
  for (const [path, text] of files) {
    const target = join(out, path);
    const there = await readIfThere(target);
    const action = there === undefined ? "create" : there.toString("utf8") === text ? "keep" : "change";
    done.push({ path: target, action });
    if (action === "keep" || options.dryRun === true) continue;
    await makeFolder(dirname(target), { mode: FOLDER_FOR_ALL });
    await writeAtomically(target, text, { mode: FOR_ALL });
  }
  if (options.json === true) {
    printJson({ dryRun: options.dryRun === true, files: done });
    return;
  }
  for (const { path, action } of done) print(`${actionText(action, options.dryRun === true)}  ${path}`);
}

/** @throws LarderError `CONFIG_SECRET` when the file holds no token. */
export async function readToken(path: string): Promise<string> {
  return await new Secret({ file: path }).reveal({
    what: "token of Grafana",
    warn: ({ said, next }) => printError(`warning: ${said}: ${next}`),
  });
}

/** @throws LarderError `GRAFANA_FILE` for a file that is not a board. */
export async function readBoards(paths: readonly string[]): Promise<Dashboard[]> {
  const { boardOf } = await import("../../../grafana/index.ts");
  return await Promise.all(
    paths.map(async (path) => {
      const board = await readRegularFile(path, MAX_BOARD_BYTES)
        .then(({ bytes }) => boardOf(parseJsonText(bytes.toString("utf8").replace(/^\ufeff/, ""))))
        .catch((cause: unknown) => {
          throw new LarderError(`Cannot read the board "${path}": ${errorText(cause)}`, {
            code: "GRAFANA_FILE",
            cause,
          });
        });
      if (board !== undefined) return board;
      throw new LarderError(`Cannot read the board "${path}": it has no panels, variables and annotations`, {
        code: "GRAFANA_FILE",
        next: "give the JSON of a dashboard, as Grafana exports it",
      });
    }),
  );
}

/** Rules of an export that have no limit to compare with. */
export function printPaused(rules: readonly AlertRule[]): void {
  for (const { uid } of rules.filter(({ isPaused }) => isPaused))
    print(`${uid} is paused: no limit is set (alerts.wanGbPerDay in the settings, or --wan-gb).`);
}

/** Where the days of the boards begin: with a wrong zone the bars lie on the wrong dates. */
export function printZone(zone: string, given: boolean): void {
  print(`days begin in ${zone}${given ? "" : ", the zone of this machine: --timezone names another"}`);
}

export function printPush(report: PushReport, json: boolean): void {
  if (json) {
    printJson(report);
    return;
  }
  print(`${report.dryRun ? "Would push" : "Pushed"} through ${report.api}:`);
  for (const { action, what, title, uid, differences } of report.changes) {
    print(`${actionText(action, report.dryRun)}  ${what} ${title} (${uid})`);
    for (const line of differences) print(`            ${line}`);
  }
}

export function printFindings(boards: number, findings: readonly BrokenRule[], json: boolean): void {
  if (json) {
    printJson({ boards, findings });
    return;
  }
  for (const { rule, where, problem } of findings) print(`${colour(rule, "red")}  ${where}: ${problem}`);
  print(`${countText(boards, "board")}, ${countText(findings.length, "finding")}`);
}

function actionText(action: Action, dryRun: boolean): string {
  const words = dryRun
    ? { create: "would create", change: "would change", keep: "as it is    " }
    : { create: "created", change: "changed", keep: "as it is" };
  const text = words[action].padEnd(dryRun ? 12 : 8);
  return action === "keep" ? colour(text, "dim") : colour(text, "green");
}
