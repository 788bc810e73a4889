/**
 * The door of evidence: a folder or a zip in, a zip out.
 *
 * @module
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorText } from "../../../core/errors.ts";
import { readRegularFile } from "../../../core/files.ts";
import { EVIDENCE_NAME, type Evidence, evidenceError, MAX_FILE_BYTES, MAX_FILES } from "./evidence-name.ts";
import { MAX_ZIP_BYTES, unpackEvidence } from "./zip.ts";

export { type Evidence, MAX_FILE_BYTES } from "./evidence-name.ts";
export { packEvidence } from "./zip.ts";

/**
 * The evidence in a folder or a zip.
 * @throws LarderError `DOCTOR_EVIDENCE` when it cannot be read or holds none
 */
export async function readEvidence(path: string): Promise<Evidence> {
  const facts = await orRefuse(path, stat(path));
  const found = facts.isDirectory()
    ? await readFolder(path)
    : await unpackEvidence((await orRefuse(path, readRegularFile(path, MAX_ZIP_BYTES))).bytes, path);
  if (!found.has("about.json")) throw evidenceError(path, "it has no about.json, which larder doctor --collect writes");
  return found;
}

async function readFolder(path: string): Promise<Evidence> {
  const names = (await orRefuse(path, readdir(path))).filter((name) => EVIDENCE_NAME.test(name)).slice(0, MAX_FILES);
  const found = new Map<string, Uint8Array>();
  for (const name of names) {
    const file = join(path, name);
    found.set(name, (await orRefuse(file, readRegularFile(file, MAX_FILE_BYTES))).bytes);
  }
  return found;
}

async function orRefuse<Value>(path: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw evidenceError(path, errorText(error), error);
  }
}
