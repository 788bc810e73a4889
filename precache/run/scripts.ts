/**
 * An admin's scripts around a run.
 *
 * They are programs of the admin's as any other (`core/admin-program.ts`); larder adds to their environment what it knows
 * of the run. A script that is not there is no failure; one that others can change is, and it is not run.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { adminProgram, type ProgramGuard, programEnvironment } from "../../core/admin-program.ts";
import { LarderError } from "../../core/errors.ts";
import type { WarmSummary } from "../warm/warm.ts";

/** What a script did. */
export interface ScriptResult {
  /** `none`: no script, or not there. */
  readonly outcome: "ok" | "failed" | "none";
  readonly exitCode: number | undefined;
  /** Its last words, for messages. */
  readonly said: string;
}

export interface ScriptLimits {
  readonly timeoutSeconds: number;
  /** Default: root or who runs, and the groups of administrators. */
  readonly guard?: ProgramGuard;
}

const MAX_OUTPUT = 64 * 1024;

/**
 * Runs a script with extra environment.
 * @throws LarderError `CONFIG_SCRIPT` when it is one that others can change, or is not executable.
 */
export async function runScript(
  path: string | undefined,
  environment: Readonly<Record<string, string>>,
  { timeoutSeconds, guard }: ScriptLimits,
): Promise<ScriptResult> {
  const program = path === undefined ? undefined : await checked(path, guard);
  if (program === undefined) return { outcome: "none", exitCode: undefined, said: "" };
  return await new Promise((resolve) => {
    execFile(
      program,
      [],
      {
        timeout: timeoutSeconds * 1000,
        killSignal: "SIGKILL",
        maxBuffer: MAX_OUTPUT,
        env: { ...programEnvironment(), ...environment },
      },
      (error, stdout, stderr) => {
        const said = lastLine(`${stdout}\n${stderr}`);
        if (error === null) return resolve({ outcome: "ok", exitCode: 0, said });
        const exitCode = typeof error.code === "number" ? error.code : undefined;
        const why = error.killed === true ? `no end within ${timeoutSeconds} s` : said || error.message;
        resolve({ outcome: "failed", exitCode, said: why });
      },
    );
  });
}

/** The summary of a run as environment variables: `LARDER_PRECACHE_WARMED=12` and its like. */
export function summaryEnvironment(
  summary: WarmSummary | undefined,
  exitCode: number,
  ended: string = summary?.ended ?? "not started",
): Record<string, string> {
  const values: Record<string, string | number> = { EXIT_CODE: exitCode, ENDED: ended };
  if (summary !== undefined) {
    const { planned, warmed, cached, failed, skipped, bytesAsked, bytesFromOrigin, seconds } = summary;
    Object.assign(values, {
      PLANNED: planned,
      WARMED: warmed,
      CACHED: cached,
      FAILED: failed,
      SKIPPED: skipped,
      BYTES_ASKED: bytesAsked,
      BYTES_FROM_ORIGIN: bytesFromOrigin,
      SECONDS: Math.round(seconds),
      TARGETS: summary.targets.map(({ target }) => target.name).join(","),
    });
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`LARDER_PRECACHE_${name}`, String(value)]));
}

/** The path to start; undefined where there is no such program. */
async function checked(named: string, guard: ProgramGuard | undefined): Promise<string | undefined> {
  const { path, doubt } = await adminProgram(named, guard);
  if (doubt !== undefined && !doubt.missing) throw refuse(named, doubt.said, doubt.cause);
  return path;
}

function refuse(path: string, said: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot run the script "${path}": ${said}`, {
    code: "CONFIG_SCRIPT",
    state: "nothing was fetched",
    next: `sudo chown root "${path}" && sudo chmod 755 "${path}"`,
    cause,
  });
}

function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (lines.at(-1) ?? "").trim().slice(0, 300);
}
