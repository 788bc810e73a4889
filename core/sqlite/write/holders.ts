/**
 * Which other processes have a file open, as far as the system shows: `/proc` on Linux, `lsof` on a Mac.
 *
 * What belongs to other users is seen by root alone, and elsewhere nothing is: an empty answer is not proof that nobody has it.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process that has a file open. */
export interface FileHolder {
  readonly pid: number;
  /** Name of its program. */
  readonly name: string;
}

const LSOF = "/usr/sbin/lsof";
const LSOF_TIMEOUT_MS = 5000;

/** The other processes that are seen to have a file open. Never fails: what cannot be seen is left out. */
export async function fileHolders(realPath: string): Promise<FileHolder[]> {
  if (process.platform === "linux") return holdersByProc(realPath);
  return process.platform === "darwin" ? await holdersByLsof(realPath, LSOF) : [];
}

function holdersByProc(realPath: string): FileHolder[] {
  const found: FileHolder[] = [];
  for (const entry of names("/proc")) {
    const pid = Number(entry);
    if (!Number.isSafeInteger(pid) || pid === process.pid) continue;
    const folder = `/proc/${pid}/fd`;
    if (!names(folder).some((descriptor) => target(`${folder}/${descriptor}`) === realPath)) continue;
    found.push({ pid, name: programName(pid) });
  }
  return found;
}

/** Asks lsof. Its exit code says only whether it found anybody, and so is not looked at. */
export async function holdersByLsof(realPath: string, program: string): Promise<FileHolder[]> {
  const text = await new Promise<string>((resolve) => {
    const options = { timeout: LSOF_TIMEOUT_MS, maxBuffer: 1024 * 1024 };
    execFile(program, ["-w", "-F", "pc", "--", realPath], options, (_error, stdout) => resolve(stdout));
  });
  return parseLsof(text).filter(({ pid }) => pid !== process.pid);
}

/** Reads lsof's `-F pc`: a line `p<pid>`, then `c<name>`, for each process. */
export function parseLsof(text: string): FileHolder[] {
  return [...text.matchAll(/^p(\d+)\n(?:c(.*)\n)?/gm)].map(([, pid, name]) => ({ pid: Number(pid), name: name ?? "" }));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A process that has ended, or one of another user's.
    return [];
  }
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function programName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}
