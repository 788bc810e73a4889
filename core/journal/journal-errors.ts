/**
 * Errors of a journal that cannot be read or written.
 *
 * @module
 */
import { errorCode, errorText, LarderError } from "../errors.ts";

/** The error for a journal that cannot be read. */
export function readError(path: string, said: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot read the journal "${path}": ${said}`, {
    code: "JOURNAL_READ",
    state: "nothing was changed",
    next: "repeat the command with sudo, or as the user that collects",
    cause,
  });
}

/**
 * The error for a batch that could not be written.
 * @param unwritten what becomes of its lines
 */
export function writeError(folder: string, unwritten: string, cause: unknown): LarderError {
  const full = errorCode(cause) === "ENOSPC" || errorCode(cause) === "EDQUOT";
  return new LarderError(`Cannot write to the journal "${folder}": ${full ? "the disk is full" : errorText(cause)}`, {
    code: full ? "JOURNAL_FULL" : "JOURNAL_WRITE",
    state: unwritten,
    next: full ? "make room on that disk; writing then resumes automatically" : "check the disk and the folder's owner",
    retryable: true,
    cause,
  });
}
