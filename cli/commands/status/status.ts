/**
 * What `larder status` does: reads the model from the journal, draws it, and ends with the code of the worst finding.
 *
 * @module
 */

import { readStatusModel } from "../../../collector/index.ts";
import { codeOfWorst, ExitCode, ExitWith } from "../../exit.ts";
import { findingAnswer } from "../../finding-text.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { loadSettings } from "../../load-settings.ts";
import { isTerminal, print, printJson, terminalWidth } from "../../output.ts";
import { pipeOptions } from "../../pipe-options.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";
import { statusScreen } from "./screen.ts";

/** Runs the command. */
export async function status(flags: SettingsCommandFlags): Promise<void> {
  const loaded = await loadSettings(flags);
  checkWhoseJournal("status", loaded);
  const { settings } = loaded;
  const model = await readStatusModel({
    ...pipeOptions(settings),
    server: settings.server,
    timeZone: settings.timezone,
    nowMs: Date.now(),
  });
  if (flags.json === true) printJson(scriptAnswer({ ...model, findings: model.findings.map(findingAnswer) }));
  else print(statusScreen(model, { width: Math.min(terminalWidth(), 100), bars: isTerminal() }));
  const code = codeOfWorst(model.worst);
  if (code !== ExitCode.ok) throw new ExitWith(code);
}
