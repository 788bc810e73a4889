/**
 * Evidence as one file to send to a colleague, and back. A zip may come from a stranger: only names of evidence are
 * unpacked, and no more than they may be long, whatever the archive says of itself.
 *
 * @module
 */
import { errorText } from "../../../core/errors.ts";
import { withoutSecrets } from "../../../core/revealed.ts";
import { EVIDENCE_NAME, type Evidence, evidenceError, MAX_FILE_BYTES, MAX_FILES } from "./evidence-name.ts";

/** The largest archive that is read; real ones have some ten thousand bytes. */
export const MAX_ZIP_BYTES = 16 * 1024 * 1024;

/** Packs it, without the text of any secret that this process has read. The same evidence gives the same bytes. */
export async function packEvidence(evidence: Evidence): Promise<Uint8Array> {
  const { zipSync } = await import("fflate");
  const names = [...evidence.keys()].sort();
  const files = Object.fromEntries(names.map((name) => [name, cleaned(name, evidence.get(name) ?? new Uint8Array())]));
  return zipSync(files, { mtime: Date.UTC(2026, 0, 1), level: 9 });
}

function cleaned(name: string, bytes: Uint8Array): Uint8Array {
  // the only one that may be binary, and macOS writes no secret of ours into it
  if (name.endsWith(".plist")) return bytes;
  return Buffer.from(withoutSecrets(Buffer.from(bytes).toString("utf8")), "utf8");
}

/**
 * The evidence in an archive.
 * @throws LarderError `DOCTOR_EVIDENCE` when it is not a whole zip, or holds more than evidence does
 */
export async function unpackEvidence(archive: Uint8Array, place: string): Promise<Evidence> {
  const { unzipSync } = await import("fflate");
  const found = new Map<string, Uint8Array>();
  try {
    let count = 0;
    const files = unzipSync(archive, {
      filter: ({ name, originalSize }) => {
        if (!EVIDENCE_NAME.test(baseName(name))) return false;
        if (originalSize > MAX_FILE_BYTES) throw new Error(`${name} is larger than ${MAX_FILE_BYTES} bytes`);
        if (++count > MAX_FILES) throw new Error(`it holds more than ${MAX_FILES} files`);
        return true;
      },
    });
    for (const [name, bytes] of Object.entries(files)) found.set(baseName(name), bytes);
  } catch (error) {
    throw evidenceError(place, `it is not a zip that larder doctor --collect writes: ${errorText(error)}`, error);
  }
  return found;
}

/** Finder puts a folder around what it packs. */
function baseName(name: string): string {
  return name.replace(/^.*\//s, "");
}
