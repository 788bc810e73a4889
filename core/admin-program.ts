/**
 * Programs of the admin's that the settings name: a script before a run, a command that sends alerts or prints a log.
 *
 * They run with larder's rights, often those of root. So they must be programs that only root (or the user who runs) can
 * change: owner root or that user, not writable by everybody, nor by a group other than root, wheel or admin. The same must
 * be true of every folder and link on the way to them, or another program could be put in their place, also between the look
 * and the start. Their environment is a clean one: passwords may be in ours.
 *
 * @module
 */
import { lstat, readlink, stat } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
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

/** A program to be started by this path and no other name, or why it may not be. */
export type AdminProgram =
  | { readonly path: string; readonly doubt: undefined }
  | { readonly path: undefined; readonly doubt: ProgramDoubt };

/**
 * A program that may be run, or why not.
 * @param program its path, or a name that is looked for on `PATH`
 */
export async function adminProgram(program: string, guard = HERE): Promise<AdminProgram> {
  const path = await pathOf(program);
  if (path === undefined) return doubtful({ missing: true, said: `there is no program "${program}" on the path` });
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return doubtful({ missing: false, said: "it is not a file" });
    const executable = (facts.mode & 0o111) === 0 ? "it is not executable" : undefined;
    const said = othersMayChange(facts, guard, 0) ?? executable ?? (await doubtOnTheWay(path, guard));
    return said === undefined ? { path, doubt: undefined } : doubtful({ missing: false, said });
  } catch (error) {
    if (errorCode(error) === "ENOENT") return doubtful({ missing: true, said: "it is not there", cause: error });
    const said = `it cannot be looked at (${errorCode(error) ?? "unknown"})`;
    return doubtful({ missing: false, said, cause: error });
  }
}

function doubtful(doubt: ProgramDoubt): AdminProgram {
  return { path: undefined, doubt };
}

/** Links that lead to links: more than the system follows. */
const MOST_LINKS = 40;

/** Why another program could be put in the place of one: by whom a folder above it, or a link to it, can be changed. */
async function doubtOnTheWay(path: string, guard: ProgramGuard, links = 0): Promise<string | undefined> {
  if (links > MOST_LINKS) return "too many links lead to it";
  const facts = await lstat(path);
  if (facts.isSymbolicLink()) {
    // everybody may write a link, as its mode says: its folder decides, and in one that all share its owner
    const said = othersMayChange({ ...facts, mode: 0 }, guard, 0);
    if (said !== undefined) return `of the link "${path}", ${said}`;
    const target = resolve(dirname(path), await readlink(path));
    const beyond = await doubtOnTheWay(target, guard, links + 1);
    if (beyond !== undefined) return beyond;
  } else if (facts.isDirectory()) {
    const said = othersMayChange(facts, guard, STICKY);
    if (said !== undefined) return `of its folder "${path}", ${said}`;
  }
  const above = dirname(path);
  return above === path ? undefined : await doubtOnTheWay(above, guard, links);
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
  // it may be started from another folder than ours
  if (program.includes("/")) return resolve(program);
  for (const folder of (programEnvironment()["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, program);
    if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  }
  return undefined;
}
