/**
 * Every crash point of a small history of small files: each content the disk may have is given to who reads it again.
 *
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Disk, DiskFile } from "../disk.ts";
import { crashStates, type FolderContent } from "./crash-states.ts";
import type { RecordingDisk } from "./recording-disk.ts";

export interface CrashPoint {
  /** A state folder as the machine finds it when it starts again. */
  readonly stateDir: string;
  /** Steps the disk had taken. */
  readonly steps: number;
}

/**
 * Tries every content after every step; the first thing that is wrong, and how many contents there were.
 * @param folder of the files, in a state folder
 * @param wrongAt what is wrong at a point; an error it throws is wrong as well
 */
export async function tryCrashPoints(
  { before, steps }: RecordingDisk,
  folder: string,
  wrongAt: (point: CrashPoint) => Promise<string | undefined>,
): Promise<{ readonly states: number; readonly wrong: string | undefined }> {
  let states = 0;
  for (let taken = 0; taken <= steps.length; taken++) {
    const seen = new Set<string>();
    for (const content of crashStates(before, steps.slice(0, taken))) {
      const key = JSON.stringify([...content].map(([name, bytes]) => [name, bytes.toString("latin1")]));
      if (seen.has(key)) continue;
      seen.add(key);
      states++;
      const wrong = await atPoint(content, folder, async (stateDir) => await wrongAt({ stateDir, steps: taken }));
      if (wrong !== undefined) return { states, wrong: `after ${taken} steps: ${wrong}` };
    }
  }
  return { states, wrong: undefined };
}

async function atPoint(
  content: FolderContent,
  folder: string,
  wrongAt: (stateDir: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const stateDir = await mkdtemp(join(tmpdir(), "larder-crash-"));
  try {
    await mkdir(join(stateDir, folder), { recursive: true });
    for (const [name, bytes] of content) await writeFile(join(stateDir, folder, name), bytes);
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
