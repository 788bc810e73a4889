/**
 * Whether an answer with status 200 can be the file that was asked for. Pure.
 *
 * A cache, or something in front of it, answers 200 with a sign-in page, with nothing, with a packed body. None of these
 * is the file, whether anybody knows its size or not.
 *
 * @module
 */
import type { Asset, Digest } from "../words/asset.ts";

/** What the head of an answer says about its body. */
export interface AnsweredBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly lengthBytes: number | undefined;
}

const PAGE_TYPE = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i;
const PAGE_NAME = /\.x?html?$/i;
/** Beginnings of a web page, whatever type it was sent as. */
const PAGE_BEGINNING = /^(?:\uFEFF|\xEF\xBB\xBF)?\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i;
const SNIFFED_BYTES = 512;

/** Why the answer cannot be the file at this address, as the end of a sentence; undefined when it can. */
export function notTheFile(url: string, { headers, lengthBytes }: AnsweredBody): string | undefined {
  const type = headers["content-type"];
  if (type !== undefined && PAGE_TYPE.test(type) && !isPage(url)) return "a web page came instead of the file";
  const coding = headers["content-encoding"]?.trim().toLowerCase();
  if (coding !== undefined && coding !== "" && coding !== "identity") {
    return `the body has Content-Encoding ${coding.slice(0, 20)}, which was not requested`;
  }
  return lengthBytes === 0 ? "an empty body came instead of the file" : undefined;
}

/** Whether the first bytes of a body are those of a web page, at an address that is not one. */
export function beginsAsPage(url: string, first: Buffer): boolean {
  // nearly no file begins with "<", a blank or a byte order mark
  const byte = first[0];
  if (byte !== 0x3c && byte !== 0xef && (byte === undefined || byte > 0x20)) return false;
  return !isPage(url) && PAGE_BEGINNING.test(first.toString("latin1", 0, SNIFFED_BYTES));
}

function isPage(url: string): boolean {
  return PAGE_NAME.test(new URL(url).pathname);
}

/**
 * The checksum the bytes of an asset must have, where one is known to be of the file itself. Apple has not published
 * what the catalogues measure of an encrypted archive (`.aea`), so those are judged by their length.
 */
export function digestToCheck({ url, digest }: Pick<Asset, "url" | "digest">): Digest | undefined {
  return /\.aea$/i.test(new URL(url).pathname) ? undefined : digest;
}
