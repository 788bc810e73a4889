/**
 * What an archive holds, in an order and with owners that depend on nothing but the files: root owns everything, modes
 * are 0755 and 0644, and every file has the time of the release.
 *
 * @module
 */
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** One file, folder or link. */
export interface Entry {
  /** From the top of the archive, without a leading slash: `usr/local/larder`. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of a file, the target of a link, nothing of a folder. */
  readonly content: Buffer;
}

/** All below a folder, each folder before what is in it, sorted by bytes of the name. */
export function entriesBelow(folder: string, below = ""): Entry[] {
  const names = readdirSync(join(folder, below), { withFileTypes: true }).sort((one, other) =>
    Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)),
  );
  return names.flatMap((found) => {
    const path = below === "" ? found.name : `${below}/${found.name}`;
    const entry = entryOf(folder, path, found);
    return entry.kind === "folder" ? [entry, ...entriesBelow(folder, path)] : [entry];
  });
}

function entryOf(folder: string, path: string, found: Dirent): Entry {
  const whole = join(folder, path);
  if (found.isDirectory()) return folderEntry(path);
  if (found.isSymbolicLink()) return { path, kind: "link", mode: 0o755, content: Buffer.from(readlinkSync(whole)) };
  const mode = (lstatSync(whole).mode & 0o111) === 0 ? 0o644 : 0o755;
  return { path, kind: "file", mode, content: readFileSync(whole) };
}

export function folderEntry(path: string): Entry {
  return { path, kind: "folder", mode: 0o755, content: Buffer.alloc(0) };
}

/** The type bits of `st_mode`. */
const TYPE_BITS = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/** Mode with its type, as `stat` has it. */
export function statMode({ kind, mode }: Entry): number {
  return TYPE_BITS[kind] | mode;
}
