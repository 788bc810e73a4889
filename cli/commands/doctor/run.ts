/**
 * What `larder doctor` does: gathers evidence, or takes what was gathered elsewhere, and prints the diagnosis.
 *
 * @module
 */
import {
  type Diagnosis,
  diagnose,
  type Evidence,
  gatherEvidence,
  gatherOwn,
  readEvidence,
  readFacts,
} from "../../doctor/doctor.ts";
import { codeOfWorst, ExitCode, ExitWith } from "../../exit.ts";
import { findingAnswer } from "../../finding-text.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { print, printJson, terminalWidth } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { diagnosisText } from "./text.ts";

export interface DoctorFlags extends SettingsCommandFlags {
  readonly from?: string;
  readonly client?: true;
}

/** Runs the command. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  const diagnosis = diagnose(await readFacts(await evidenceOf(flags)));
  if (flags.json === true) printJson(answerOf(diagnosis));
  else print(diagnosisText(diagnosis, Math.min(terminalWidth(), 100)));
  const code = codeOfWorst(diagnosis.worst);
  if (code !== ExitCode.ok) throw new ExitWith(code);
}

async function evidenceOf({ from, client, ...flags }: DoctorFlags): Promise<Evidence> {
  if (from !== undefined) return await readEvidence(from);
  return await gatherEvidence(await gatherOwn(flags, client === true ? "client" : undefined, Date.now()));
}

function answerOf(diagnosis: Diagnosis): unknown {
  return scriptAnswer({ ...diagnosis, findings: diagnosis.findings.map(findingAnswer) });
}
