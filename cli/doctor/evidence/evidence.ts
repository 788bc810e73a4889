/**
 * Evidence: small files by name, as commands printed them and as probes wrote them down.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorText, LarderError } from "../../../core/errors.ts";
import { readRegularFile } from "../../../core/files.ts";

/** The content of each file by its name. */
export type Evidence = ReadonlyMap<string, Uint8Array>;

/** Nothing that is gathered comes near. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** More are not read; there are about thirty names. */
export const MAX_FILES = 200;
/** Names of files that are evidence. */
export const EVIDENCE_NAME = /^[a-z][a-z0-9-]{0,40}\.(?:json|txt|plist|conf)$/;

/**
 * The evidence in a folder.
 * @throws LarderError `DOCTOR_EVIDENCE` when it cannot be read or holds none
 */
export async function readEvidence(path: string): Promise<Evidence> {
  const names = await readdir(path).catch((error: unknown) => {
    throw evidenceError(path, errorText(error), error);
  });
  const found = new Map<string, Uint8Array>();
  for (const name of names.filter((each) => EVIDENCE_NAME.test(each)).slice(0, MAX_FILES)) {
    const file = join(path, name);
    const { bytes } = await readRegularFile(file, MAX_FILE_BYTES).catch((error: unknown) => {
      throw evidenceError(file, errorText(error), error);
    });
    found.set(name, bytes);
  }
  if (!found.has("about.json")) throw evidenceError(path, "it has no about.json, which larder doctor --collect writes");
  return found;
}

export function evidenceError(path: string, said: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot read what was collected in "${path}": ${said}`, {
    code: "DOCTOR_EVIDENCE",
    state: "nothing was changed",
    next: "on the Mac in question: sudo larder doctor --collect doctor.zip; then give that file with --from",
    ...(cause === undefined ? {} : { cause }),
  });
}
