/**
 * Writes cpio archives in the portable ASCII format (odc), which Apple's Installer reads.
 *
 * @module
 */
import { type Entry, folderEntry, statMode } from "./entries.ts";

/**
 * @param seconds the time of every file, since 1970
 * @throws Error when there are more entries, or larger ones, than the format counts
 */
export function cpioArchive(entries: readonly Entry[], seconds: number): Buffer {
  const all = [{ ...folderEntry("."), path: "." }, ...entries];
  const pieces = all.flatMap((entry, index) => {
    const path = entry.path === "." ? "." : `./${entry.path}`;
    const name = Buffer.from(`${path}\0`);
    const numbers = {
      inode: index + 1,
      mode: statMode(entry),
      links: entry.kind === "folder" ? 2 : 1,
      seconds,
      nameBytes: name.length,
      bytes: entry.content.length,
    };
    return [cpioHeader(numbers), name, entry.content];
  });
  const name = Buffer.from("TRAILER!!!\0");
  const end = cpioHeader({ inode: 0, mode: 0, links: 1, seconds: 0, nameBytes: name.length, bytes: 0 });
  return Buffer.concat([...pieces, end, name]);
}

interface CpioNumbers {
  readonly inode: number;
  readonly mode: number;
  readonly links: number;
  readonly seconds: number;
  readonly nameBytes: number;
  readonly bytes: number;
}

function cpioHeader({ inode, mode, links, seconds, nameBytes, bytes }: CpioNumbers): Buffer {
  const root = 0;
  const six = [0, inode, mode, root, root, links, 0].map((value) => octal(value, 6)).join("");
  return Buffer.from(`070707${six}${octal(seconds, 11)}${octal(nameBytes, 6)}${octal(bytes, 11)}`);
}

function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, "0");
  if (text.length > digits) throw new Error(`${value} does not fit in the header of a cpio archive`);
  return text;
}
