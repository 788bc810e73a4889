/**
 * What the operating system's error codes mean, in plain words.
 *
 * @module
 */

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user does not have the right: its owner and mode decide",
  EPERM: "the system guards it, whatever its owner and mode say; on a Mac that is privacy protection",
  EISDIR: "it is a folder, a file was expected",
  ENOTDIR: "a part of the path is a file, a folder was expected",
  EEXIST: "there is one already",
  ENOTEMPTY: "the folder is not empty",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk is read-only",
  EFBIG: "the file is too large",
  EIO: "the disk reports an input/output error",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open on this computer",
  ELOOP: "its symbolic links go in a circle",
  ENAMETOOLONG: "the name is too long",
  ETXTBSY: "the file is in use",
  EBUSY: "the file is in use",
  EXDEV: "it is on another disk",
};

/** What helps where macOS guards a file: root has no right to it either. */
export function fullDiskAccessStep(): string {
  return "on a Mac: give larder's node Full Disk Access, by a PPPC profile from the MDM or in System Settings, Privacy & Security";
}

/** Calls that are refused with `EPERM` for no other reason: changing owners, removing and signalling have others. */
const GUARDED_CALLS: ReadonlySet<unknown> = new Set([
  "open",
  "opendir",
  "scandir",
  "stat",
  "lstat",
  "access",
  "readlink",
]);

/** The only step that helps against a file that the system guards; undefined for every other error. */
export function guardedStep(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  return code === "EPERM" && GUARDED_CALLS.has(syscall) ? fullDiskAccessStep() : undefined;
}

/** The words for a code such as `ENOENT`; undefined for one that is not of files. */
export function systemWords(code: string | undefined): string | undefined {
  return code === undefined || !Object.hasOwn(WORDS, code) ? undefined : WORDS[code];
}
