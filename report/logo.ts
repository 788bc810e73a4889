/**
 * The picture at the head of a report.
 *
 * @module
 */
import { errorText, LarderError } from "../core/errors.ts";
import { readRegularFile } from "../core/files.ts";

const MOST_BYTES = 200_000;

/** How a kind of picture begins. An SVG in an image element runs no script and loads nothing. */
const KINDS: readonly (readonly [type: string, begins: RegExp])[] = [
  ["image/png", /^.PNG\r\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/svg+xml", /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg|!--|!DOCTYPE svg)/i],
];

/**
 * A picture file as a data: address.
 * @throws LarderError `REPORT_LOGO`
 */
export async function logoAddress(path: string): Promise<string> {
  const fail = (reason: string): LarderError =>
    new LarderError(`Cannot put the logo "${path}" into the report: ${reason}`, {
      code: "REPORT_LOGO",
      next: "give a PNG, JPEG or SVG file of at most 200 KB",
    });
  let file: Buffer;
  try {
    file = (await readRegularFile(path, MOST_BYTES)).bytes;
  } catch (error) {
    throw fail(errorText(error));
  }
  const head = file.subarray(0, 200).toString("latin1");
  const kind = KINDS.find(([, begins]) => begins.test(head));
  if (kind === undefined) throw fail("it is not a picture of a known kind");
  return `data:${kind[0]};base64,${file.toString("base64")}`;
}
