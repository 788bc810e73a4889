/**
 * What evidence is: small files by name, as commands printed them and as probes wrote them down.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";

/** The content of each file by its name. */
export type Evidence = ReadonlyMap<string, Uint8Array>;

/** Nothing that is gathered comes near. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** More are not read; there are about thirty names. */
export const MAX_FILES = 200;
/** Names of files that are evidence. */
export const EVIDENCE_NAME = /^[a-z][a-z0-9-]{0,40}\.(?:json|txt|plist|conf)$/;

export function evidenceError(path: string, said: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot read what was collected in "${path}": ${said}`, {
    code: "DOCTOR_EVIDENCE",
    state: "nothing was changed",
    next: "on the Mac in question: sudo larder doctor --collect doctor.zip; then give that file with --from",
    ...(cause === undefined ? {} : { cause }),
  });
}
