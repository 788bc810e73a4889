/**
 * What `larder precache plan` does.
 *
 * @module
 */
import { type Prepared, planOnly } from "../../../precache/index.ts";
import type { PrecacheInput } from "../../../precache/options.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { print, printCsv, printError, printJson, tableWidth } from "../../output.ts";
import type { PrecacheFlags } from "./flags.ts";
import { loadPrecache } from "./load.ts";
import { planCsv, planJson, planTable, planTotalsText } from "./plan-text.ts";

/** Runs the command. @param over options of an old command line. */
export async function precachePlan(flags: PrecacheFlags, over: PrecacheInput = {}): Promise<void> {
  const { options, stateDir, log } = await loadPrecache(flags, over);
  const watched = process.stderr.isTTY === true && flags.quiet !== true;
  const prepared = await planOnly({
    options,
    stateDir,
    log,
    signal: new AbortController().signal,
    nowMs: Date.now,
    ...(watched ? { say: (text: string) => printError(`${text} …`) } : {}),
  });
  printPlan(prepared, flags);
  // as a run without these would end
  if (prepared.troubles.length > 0) throw new ExitWith(ExitCode.partly);
}

/** The plan in the form that was asked for. */
function printPlan(prepared: Prepared, flags: PrecacheFlags): void {
  const { plan, roomBytes, targets, troubles, notes } = prepared;
  for (const note of notes) printError(`note: ${note}`);
  for (const trouble of troubles) printError(`without ${trouble}`);
  if (flags.json === true) printJson(scriptAnswer(planJson(plan, roomBytes)));
  else if (flags.csv === true) printCsv(planCsv(plan));
  else {
    print(planTable(plan, flags.all === true, tableWidth()));
    print(`\n${planTotalsText(plan, roomBytes)}`);
    if (targets.length === 0) print("No cache was found, so nothing is known of what is there already.");
  }
}
