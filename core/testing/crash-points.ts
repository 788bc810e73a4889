/**
 * Every crash point of a small history of small files: each content the disk may have is given to who reads it again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Disk, DiskFile } from "../disk.ts";
import { crashStates, type FolderContent } from "./crash-states.ts";
import type { RecordingDisk } from "./recording-disk.ts";

export interface CrashPoint<Promised> {
  /** A state folder as the machine finds it when it starts again. */
  readonly stateDir: string;
  readonly promised: Promised;
}

export interface CrashHistory<Promised> {
  readonly disk: RecordingDisk;
  /** Where it is in a state folder; `.` for all of it. */
  readonly folder: string;
  /** What was promised when so many steps were taken, as JSON can hold it. */
  readonly promisedAt: (steps: number) => Promised;
}

/**
 * Tries every content after every step, the last step first: there most mistakes show. What is wrong, and how many
 * contents there were.
 * @param wrongAt what is wrong at a point; an error it throws is wrong as well
 */
export async function tryCrashPoints<Promised>(
  { disk: { before, steps }, folder, promisedAt }: CrashHistory<Promised>,
  wrongAt: (point: CrashPoint<Promised>) => Promise<string | undefined>,
): Promise<{ readonly states: number; readonly wrong: string | undefined }> {
  const seen = new Set<string>();
  for (let taken = steps.length; taken >= 0; taken--) {
    const promised = promisedAt(taken);
    for (const content of crashStates(before, steps.slice(0, taken))) {
      const files = [...content].map(([name, bytes]) => [name, bytes.toString("latin1")]).sort();
      const key = createHash("sha1")
        .update(JSON.stringify([promised, files]))
        .digest("base64");
      if (seen.has(key)) continue;
      seen.add(key);
      const wrong = await atPoint(content, folder, async (stateDir) => await wrongAt({ stateDir, promised }));
      if (wrong !== undefined) return { states: seen.size, wrong: `after ${taken} steps: ${wrong}` };
    }
  }
  return { states: seen.size, wrong: undefined };
}

async function atPoint(
  content: FolderContent,
  folder: string,
  wrongAt: (stateDir: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const stateDir = await mkdtemp(join(tmpdir(), "larder-crash-"));
  try {
    await mkdir(join(stateDir, folder), { recursive: true });
    for (const [name, bytes] of content) {
      const path = join(stateDir, folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    }
    return await wrongAt(stateDir);
  } catch (error) {
    return String(error);
  } finally {
    await rm(stateDir, { recursive: true });
  }
}

/** Mistakes of a writer: what a disk then does not do. */
export const DISK_MISTAKES: Readonly<Record<string, (disk: Disk) => Disk>> = {
  "forgets to sync its files": (disk) => ({
    ...disk,
    open: async (path, flags, mode) => {
      const file = await disk.open(path, flags, mode);
      return { ...file, datasync: async () => {} } as DiskFile;
    },
  }),
  "forgets to sync the folder": (disk) => ({ ...disk, syncFolder: async () => {} }),
};

/** One more, which shows where a sync fails. */
export const takesAnyAnswer = (disk: Disk): Disk => ({
  ...disk,
  open: async (path, flags, mode) => {
    const file = await disk.open(path, flags, mode);
    return { ...file, datasync: async () => await file.datasync().catch(() => {}) } as DiskFile;
  },
});
