/**
 * What `larder doctor` does: gathers evidence, or takes what was gathered elsewhere, and prints the diagnosis.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { errorText, LarderError } from "../../../core/errors.ts";
import { countText } from "../../../core/words/amounts.ts";
import { flow } from "../../../core/words/columns.ts";
import {
  type Diagnosis,
  diagnose,
  type Evidence,
  gatherEvidence,
  gatherOwn,
  packEvidence,
  readEvidence,
  readFacts,
  selfTest,
} from "../../doctor/doctor.ts";
import { codeOfWorst, ExitCode, ExitWith } from "../../exit.ts";
import { findingAnswer } from "../../finding-text.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { print, printJson, terminalWidth } from "../../output.ts";
import { quoted } from "../../same-settings.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { diagnosisText, selfTestText } from "./text.ts";

export interface DoctorFlags extends SettingsCommandFlags {
  readonly from?: string;
  /** The zip to write; true for a name of our own. */
  readonly collect?: string | true;
  readonly client?: true;
  readonly selfTest?: true;
}

/** Runs the command. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  if (flags.selfTest === true) return await testSelf(flags);
  if (flags.collect !== undefined) return await collectEvidence(flags, flags.collect);
  const diagnosis = diagnose(await readFacts(await evidenceOf(flags)));
  if (flags.json === true) printJson(answerOf(diagnosis));
  else print(diagnosisText(diagnosis, Math.min(terminalWidth(), 100)));
  const code = codeOfWorst(diagnosis.worst);
  if (code !== ExitCode.ok) throw new ExitWith(code);
}

async function testSelf({ from, collect, json }: DoctorFlags): Promise<void> {
  if (from !== undefined || collect !== undefined) {
    throw new LarderError("Cannot try out this computer and another: give --self-test alone", { code: "USAGE" });
  }
  const report = await selfTest();
  if (json === true) printJson(report);
  else print(selfTestText(report, Math.min(terminalWidth(), 100)));
  const verdicts = report.trials.map(({ verdict }) => verdict);
  const worst = verdicts.includes("failed") ? "bad" : verdicts.includes("new") ? "warn" : "ok";
  if (worst !== "ok") throw new ExitWith(codeOfWorst(worst));
}

async function collectEvidence(flags: DoctorFlags, wanted: string | true): Promise<void> {
  if (flags.from !== undefined) {
    throw new LarderError("Cannot gather what was gathered already: give --collect or --from", { code: "USAGE" });
  }
  const evidence = await evidenceOf(flags);
  const day = new Date().toISOString().slice(0, 10);
  const file = wanted === true ? `larder-doctor-${hostname().replaceAll(/[^\w-]/g, "-")}-${day}.zip` : wanted;
  const packed = await packEvidence(evidence);
  await writeFile(file, packed, { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
    throw new LarderError(`Cannot write "${file}": ${errorText(error)}`, {
      code: "DOCTOR_COLLECT",
      state: "nothing was written",
      next: "name another file: larder doctor --collect FILE",
      cause: error,
    });
  });
  const names = [...evidence.keys()].sort();
  if (flags.json === true) return printJson({ file, bytes: packed.length, files: names });
  const held = flow(names, ", ", Math.min(terminalWidth(), 100));
  print(
    `${file}: ${countText(names.length, "file")}, to be read with unzip before it is sent:\n${held.join(",\n")}\n\nOn any computer: larder doctor --from ${quoted(file)}`,
  );
}

async function evidenceOf({ from, client, ...flags }: DoctorFlags): Promise<Evidence> {
  if (from !== undefined) return await readEvidence(from);
  return await gatherEvidence(await gatherOwn(flags, client === true ? "client" : undefined, Date.now()));
}

function answerOf(diagnosis: Diagnosis): unknown {
  const findings = diagnosis.findings.map((each) => ({
    ...findingAnswer(each),
    why: each.why,
    evidence: each.evidence,
  }));
  return scriptAnswer({ ...diagnosis, findings });
}
