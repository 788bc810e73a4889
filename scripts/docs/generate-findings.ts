/**
 * Writes docs/doctor-findings.md: every finding of `larder doctor`, as its case in fixtures/doctor provokes it.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CHECKS, diagnose, readEvidence, readFacts, type Symptom } from "../../cli/doctor/doctor.ts";
import { code, type GeneratedPage, markdownTable, writeWhenStarted } from "./generated-page.ts";

const CASES = join(import.meta.dirname, "../../fixtures/doctor");

/** One symptom of each finding, from the first of its cases. */
const samples = new Map<string, Symptom>();
for (const name of readdirSync(CASES).sort()) {
  for (const finding of diagnose(await readFacts(await readEvidence(join(CASES, name)))).findings) {
    if (!samples.has(finding.id)) samples.set(finding.id, finding);
  }
}

export const findingsPage: GeneratedPage = {
  path: "docs/doctor-findings.md",
  text: () =>
    [
      "# What `larder doctor` finds",
      "",
      "Generated from its checks and the cases they are tested with, whose names and addresses are examples. How to run it:",
      "[The doctor](doctor.md). `bad`: it does not do its work. `warn`: it will not for long, or somebody should look.",
      "",
      ...CHECKS.flatMap(({ title, name, finds }) => [
        `## ${title}`,
        "",
        `Check ${code(name)}.`,
        "",
        tableOf(finds),
        "",
      ]),
    ]
      .join("\n")
      .trimEnd()
      .concat("\n"),
};

function tableOf(finds: readonly string[]): string {
  const rows = finds.flatMap((id) => {
    const found = samples.get(id);
    return found === undefined ? [] : [[code(id), found.level, `${found.said}. ${sentence(found.why)}`, found.next]];
  });
  return markdownTable(["Finding", "Level", "What, and why it matters", "What to do"], rows);
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

writeWhenStarted(import.meta, findingsPage);
