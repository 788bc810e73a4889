/**
 * JSON from outside, with limits.
 *
 * @module
 */
import { errorText, LarderError } from "../../core/errors.ts";
import { Shape } from "./shape.ts";

const MAX_DEPTH = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/**
 * The value of a JSON text, ready to be read with its places.
 * @param what the text, for messages
 * @throws LarderError `CATALOG_BROKEN`: no UTF-8, no JSON, or more than 64 containers inside each other
 */
export function parseJson(bytes: Uint8Array, what: string): Shape {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw broken(what, "it is not UTF-8 text", error);
  }
  if (depthOf(text) > MAX_DEPTH) throw broken(what, `more than ${MAX_DEPTH} containers inside each other`);
  try {
    return new Shape(JSON.parse(text), what);
  } catch (error) {
    throw broken(what, errorText(error), error);
  }
}

/** All of a text that was limited where it came from. */
export async function readBytes(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** How deep containers lie in each other, without parsing; strings are stepped over. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < text.length && deepest <= MAX_DEPTH; at += 1) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inText = false;
    } else if (code === QUOTE) inText = true;
    else if (code === BRACE || code === BRACKET) deepest = Math.max(deepest, ++depth);
    else if (code === BRACE + 2 || code === BRACKET + 2) depth -= 1;
  }
  return deepest;
}

function broken(what: string, problem: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot read JSON "${what}": ${problem}`, { code: "CATALOG_BROKEN", cause });
}
