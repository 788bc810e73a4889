/**
 * From facts to a diagnosis. Pure.
 *
 * @module
 */
import { type FindingLevel, worstFirst, worstLevel } from "../../core/finding.ts";
import type { Symptom } from "./check.ts";
import { CHECKS } from "./checks/checks.ts";
import type { Facts } from "./facts/facts.ts";

/** What one check came to. */
export interface CheckResult {
  readonly check: string;
  readonly title: string;
  /** `skipped` where nothing is known of what it looks at. */
  readonly result: FindingLevel | "ok" | "skipped";
  readonly seen: string | undefined;
}

export interface Diagnosis {
  /** When the facts were gathered, Unix milliseconds. */
  readonly gatheredMs: number;
  readonly part: Facts["about"]["part"];
  /** In the order of the way from the cache to whom it serves. */
  readonly checks: readonly CheckResult[];
  /** The worst first. */
  readonly findings: readonly Symptom[];
  readonly worst: FindingLevel | "ok";
}

/** A stranger's evidence may hold texts of nothing. */
function withEvidence(symptom: Symptom): Symptom {
  return symptom.evidence.trim() === "" ? { ...symptom, evidence: "nothing was printed" } : symptom;
}

/** Walks the whole chain. */
export function diagnose(facts: Facts): Diagnosis {
  const looks = CHECKS.map((check) => ({ check, look: check.look(facts) }));
  const symptoms = looks.flatMap(({ look }) => look?.symptoms ?? []).map(withEvidence);
  const findings = worstFirst(symptoms) as Symptom[];
  return {
    gatheredMs: facts.about.atMs,
    part: facts.about.part,
    checks: looks.map(({ check: { name, title }, look }) => ({
      check: name,
      title,
      result: look === undefined ? "skipped" : worstLevel(look.symptoms),
      seen: look?.seen,
    })),
    findings,
    worst: worstLevel(findings),
  };
}
