/**
 * Property lists of settings: XML and binary, small, parsed at the edge with limits.
 *
 * Not for catalogues of megabytes: those are streamed by the room that reads them.
 *
 * @module
 */
import { LarderError } from "../errors.ts";

/** The largest property list of settings we take. */
export const PLIST_MAX_BYTES = 4 * 1024 * 1024;

const MAX_DEPTH = 32;
const BINARY_MAGIC = "bplist00";

/**
 * The value of a property list, XML or binary.
 * @param place for the message: a path, or what was asked.
 * @throws LarderError `PLIST_INVALID` when it is neither, too large or too deep.
 */
export async function parsePlist(bytes: Uint8Array, place: string): Promise<unknown> {
  if (bytes.length > PLIST_MAX_BYTES) {
    throw invalid(place, `${bytes.length} bytes, at most ${PLIST_MAX_BYTES} are read`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const binary = buffer.subarray(0, BINARY_MAGIC.length).toString("latin1") === BINARY_MAGIC;
  const value = binary ? await parseBinary(buffer, place) : await parseXml(buffer.toString("utf8"), place);
  if (tooDeep(value, MAX_DEPTH)) throw invalid(place, `it is nested deeper than ${MAX_DEPTH} levels`);
  return value;
}

async function parseBinary(bytes: Buffer, place: string): Promise<unknown> {
  const { parseBuffer } = await import("bplist-parser");
  try {
    return parseBuffer(bytes)[0];
  } catch {
    // the parser's own words may repeat the content
    throw invalid(place, "it is not a whole binary property list");
  }
}

async function parseXml(text: string, place: string): Promise<unknown> {
  if (text.trim() === "") throw invalid(place, "it is empty");
  if (!/^\ufeff?\s*</.test(text)) throw invalid(place, "it is not a property list");
  const { parsePlistXml, PlistFault } = await import("./xml.ts");
  try {
    return parsePlistXml(text, MAX_DEPTH);
  } catch (error) {
    throw error instanceof PlistFault ? invalid(place, error.message) : error;
  }
}

function tooDeep(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null || value instanceof Date || ArrayBuffer.isView(value)) return false;
  return left === 0 || Object.values(value).some((item) => tooDeep(item, left - 1));
}

function invalid(place: string, said: string): LarderError {
  return new LarderError(`Cannot read the property list "${place}": ${said}`, {
    code: "PLIST_INVALID",
    state: "nothing was changed",
    next: `correct it; plutil -lint "${place}" checks it again`,
  });
}
