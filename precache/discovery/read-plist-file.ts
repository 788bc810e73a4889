/**
 * A property list on disk, for the ways of discovery that read one.
 *
 * @module
 */
import { readIfThere } from "../../core/files.ts";
import { parsePlist } from "../../core/plist/plist.ts";

/**
 * Its value, or undefined when there is no such file.
 * @throws LarderError `PLIST_INVALID`, and what the file system says when it may not be read.
 */
export async function readPlistFile(path: string): Promise<unknown> {
  const bytes = await readIfThere(path);
  return bytes === undefined ? undefined : await parsePlist(bytes, path);
}
