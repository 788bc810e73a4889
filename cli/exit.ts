/**
 * Exit codes, documented in docs/operations.md. They follow sysexits where launchd and cron users expect it.
 *
 * @module
 */
import type { FindingLevel } from "../core/finding.ts";

export const ExitCode = {
  /** Everything asked for was done. */
  ok: 0,
  /** It failed; the message says what state the data is in. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Part of it was done: something was refused or is still waiting. */
  partly: 3,
  /** Another process is doing it (EX_TEMPFAIL). */
  busy: 75,
  /** The configuration is wrong (EX_CONFIG). */
  config: 78,
} as const;

/** The code of a command whose answer is what it found: that of the worst. */
export function codeOfWorst(worst: FindingLevel | "ok"): number {
  return worst === "bad" ? ExitCode.failed : worst === "warn" ? ExitCode.partly : ExitCode.ok;
}

/** Thrown by a command that has printed its answer and now ends with a code. */
export class ExitWith extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}
