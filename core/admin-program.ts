/**
 * Programs of the admin's that the settings name: a script before a run, a command that sends alerts or prints a log.
 *
 * They run with larder's rights, often those of root. So they must be programs that only root (or the user who runs) can
 * change: owner root or that user, not writable by everybody, nor by a group other than root, wheel or admin; and in
 * a folder of which the same is true, or another program could be put in their place. Their environment is a clean one:
 * passwords may be in ours.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { errorCode } from "./errors.ts";

/** Who may own and write a program; a test says who it is. */
export interface ProgramGuard {
  readonly uid: number | undefined;
  readonly trustedGroups: readonly number[];
}

/** Groups 0 (root, wheel) and 80 (admin on a Mac). */
const HERE: ProgramGuard = { uid: process.getuid?.(), trustedGroups: [0, 80] };

/** Why a program may not run. */
export interface ProgramDoubt {
  readonly missing: boolean;
  /** Goes on from `Cannot run "path": `. */
  readonly said: string;
  readonly cause?: unknown;
}

/**
 * Why a program may not be run; undefined when it may.
 * @param program its path, or a name that is looked for on `PATH`
 */
export async function programDoubt(program: string, guard = HERE): Promise<ProgramDoubt | undefined> {
  const path = await pathOf(program);
  if (path === undefined) return { missing: true, said: `there is no program "${program}" on the path` };
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return { missing: false, said: "it is not a file" };
    const said = othersMayChange(facts, guard, 0) ?? ((facts.mode & 0o111) === 0 ? "it is not executable" : undefined);
    if (said !== undefined) return { missing: false, said };
    const above = othersMayChange(await stat(dirname(path)), guard, STICKY);
    return above === undefined ? undefined : { missing: false, said: `of its folder "${dirname(path)}", ${above}` };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { missing: true, said: "it is not there", cause: error };
    return { missing: false, said: `it cannot be looked at (${errorCode(error) ?? "unknown"})`, cause: error };
  }
}

/** What a program inherits. docs/precache.md lists them. */
const INHERITED = ["HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"];

/** The environment of such a program: where to find commands, who runs, which language and time zone. */
export function programEnvironment(all: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const own = Object.entries(all).filter(([name]) => INHERITED.includes(name) || name.startsWith("LC_"));
  return { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", ...(Object.fromEntries(own) as Record<string, string>) };
}

/** In a folder with this bit, only owners rename and remove. */
const STICKY = 0o1000;

function othersMayChange(
  { uid, gid, mode }: { readonly uid: number; readonly gid: number; readonly mode: number },
  guard: ProgramGuard,
  /** Bits that make writing by others harmless. */
  harmless: number,
): string | undefined {
  if (uid !== 0 && uid !== guard.uid) return `user ${uid} owns it, expected root`;
  if ((mode & harmless) !== 0) return undefined;
  if ((mode & 0o002) !== 0) return "everybody may write it";
  if ((mode & 0o020) !== 0 && !guard.trustedGroups.includes(gid)) {
    return `group ${gid} may write it, expected none but root, wheel or admin`;
  }
  return undefined;
}

async function pathOf(program: string): Promise<string | undefined> {
  if (isAbsolute(program) || program.includes("/")) return program;
  for (const folder of (programEnvironment()["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, program);
    if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  }
  return undefined;
}
