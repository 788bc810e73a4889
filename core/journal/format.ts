/**
 * The format of the state on disk, so that an older program refuses what it would misread.
 *
 * A stream that is written in a format beyond the first has a file beside its segments whose name says so,
 * `format.2`; in it is the version of larder that put it there. Every listing of segments sees it, and where the number is
 * beyond what this program knows nothing is read, written, packed or removed. All versions so far have written format 1,
 * which needs no stamp.
 *
 * Raise `FORMAT` only for what an older reader would take for something else: another mark, lines of another meaning,
 * a stream without which sums are wrong. What it passes over, such as a new measurement or a key of a cursor, needs nothing.
 *
 * @module
 */
import { constants } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Disk, realDisk, writeAll } from "../disk.ts";
import { errorCode, LarderError } from "../errors.ts";
import { excerpt } from "../revealed.ts";
import { VERSION } from "../version.ts";

/** What this program writes, and the latest it can read. */
export const FORMAT = 1;

const STAMP = /^format\.(\d{1,9})$/;

/** Refuses a stream by the names in its folder. @throws LarderError `STATE_NEWER` */
export async function checkFormat(folder: string, names: readonly string[]): Promise<void> {
  const newest = Math.max(0, ...formatsOf(names));
  if (newest <= FORMAT) return;
  const by = await readFile(join(folder, `format.${newest}`), "utf8").catch(() => "");
  const version = excerpt(by, 40);
  const writer = version === "" ? "a later larder" : `larder ${version}`;
  throw new LarderError(
    `Cannot use the journal "${folder}": ${writer} has written it in format ${newest}, and this one knows up to ${FORMAT}`,
    {
      code: "STATE_NEWER",
      state: "nothing was changed",
      next: `install ${version === "" ? "that version" : `larder ${version}`} or later again, or give this one a stateDir of its own`,
    },
  );
}

/** Refuses a state folder of which any stream is of a later format, those this program does not know included. */
export async function checkFormats(journalFolder: string): Promise<void> {
  for (const stream of await namesIn(journalFolder)) {
    const folder = join(journalFolder, stream);
    await checkFormat(folder, await namesIn(folder));
  }
}

/**
 * Says that a stream is of a format from now on: before anything of that format is written. For its writer alone.
 * @param stamp who says so, the version of larder, and on which disk
 */
export async function stampFormat(
  folder: string,
  format: number,
  stamp: { readonly by?: string; readonly disk?: Disk } = {},
): Promise<void> {
  const { by = VERSION, disk = realDisk } = stamp;
  const known = formatsOf(await namesIn(folder));
  if (format <= 1 || known.includes(format)) return;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const file = await disk.open(join(folder, `format.${format}`), flags, 0o640);
  try {
    await writeAll(file, Buffer.from(`${by}\n`, "utf8"));
    await file.datasync();
  } finally {
    await file.close();
  }
  for (const earlier of known) await disk.remove(join(folder, `format.${earlier}`));
  await disk.syncFolder(folder);
}

function formatsOf(names: readonly string[]): number[] {
  return names.flatMap((name) => {
    const number = STAMP.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Names in a folder; none where it is not a folder, or may not be read: its reader or writer says so. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(errorCode(error) ?? "")) return [];
    throw error;
  }
}
