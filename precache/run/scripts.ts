/**
 * An admin's scripts around a run.
 *
 * A script runs with the rights of the run, so it must be one that only root (or the user who runs) can change: owner
 * root or that user, not writable by everybody, nor by a group other than root, wheel or admin; and executable. A
 * script that is not there is no failure; one that others can change is, and it is not run.
 *
 * Its environment is a clean one: where to find commands, who runs, which language and time zone, and what larder adds.
 * Nothing else of the run's own, where passwords may be.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { errorCode, LarderError } from "../../core/errors.ts";
import type { WarmSummary } from "../warm/warm.ts";

/** What a script did. */
export interface ScriptResult {
  /** `none`: no script, or not there. */
  readonly outcome: "ok" | "failed" | "none";
  readonly exitCode: number | undefined;
  /** Its last words, for messages. */
  readonly said: string;
}

/** Who may own and write a script; a test says who it is. */
export interface ScriptGuard {
  readonly uid: number | undefined;
  readonly trustedGroups: readonly number[];
}

export interface ScriptLimits {
  readonly timeoutSeconds: number;
  /** Default: root or who runs, and the groups of administrators. */
  readonly guard?: ScriptGuard;
}

/** Groups 0 (root, wheel) and 80 (admin on a Mac). */
const TRUSTED_GROUPS = [0, 80];
const MAX_OUTPUT = 64 * 1024;

/**
 * Runs a script with extra environment.
 * @throws LarderError `CONFIG_SCRIPT` when it is one that others can change, or is not executable.
 */
export async function runScript(
  path: string | undefined,
  environment: Readonly<Record<string, string>>,
  { timeoutSeconds, guard = { uid: process.getuid?.(), trustedGroups: TRUSTED_GROUPS } }: ScriptLimits,
): Promise<ScriptResult> {
  if (path === undefined || !(await mayRun(path, guard))) return { outcome: "none", exitCode: undefined, said: "" };
  return await new Promise((resolve) => {
    execFile(
      path,
      [],
      {
        timeout: timeoutSeconds * 1000,
        killSignal: "SIGKILL",
        maxBuffer: MAX_OUTPUT,
        env: { ...inherited(process.env), ...environment },
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

/** What a script inherits. docs/precache.md lists them. */
const INHERITED = ["HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"];

function inherited(all: NodeJS.ProcessEnv): Record<string, string> {
  const own = Object.entries(all).filter(([name]) => INHERITED.includes(name) || name.startsWith("LC_"));
  return { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", ...(Object.fromEntries(own) as Record<string, string>) };
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

async function mayRun(path: string, { uid, trustedGroups }: ScriptGuard): Promise<boolean> {
  const facts = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw refuse(path, `it cannot be looked at (${errorCode(error) ?? "unknown"})`, error);
  });
  if (facts === undefined) return false;
  if (!facts.isFile()) throw refuse(path, "it is not a file");
  if (facts.uid !== 0 && facts.uid !== uid) throw refuse(path, `user ${facts.uid} owns it, expected root`);
  if ((facts.mode & 0o002) !== 0) throw refuse(path, "everybody may write it");
  if ((facts.mode & 0o020) !== 0 && !trustedGroups.includes(facts.gid)) {
    throw refuse(path, `group ${facts.gid} may write it, expected none but root, wheel or admin`);
  }
  if ((facts.mode & 0o111) === 0) throw refuse(path, "it is not executable");
  return true;
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
