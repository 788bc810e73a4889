/**
 * JSON with whole numbers of any size: beyond 2^53 they come as bigint, where JSON.parse would round them.
 *
 * @module
 */

/** A text, which is passed over, or a whole number that a double may not hold, followed by what ends it. */
const TEXT_OR_LARGE = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?=[\s,\]}])/g;
/** What a large number becomes on the way: an object, as no text in an answer can be one. */
const MARK = "$whole";
const WHOLE = /^-?\d+$/;

/** @throws SyntaxError */
export function parseExact(text: string): unknown {
  const marked = text.replaceAll(TEXT_OR_LARGE, (found) =>
    found.startsWith('"') || Number.isSafeInteger(Number(found)) ? found : JSON.stringify({ [MARK]: found }),
  );
  try {
    return JSON.parse(marked, (_key, value: unknown) => wholeOf(value) ?? value);
  } catch (error) {
    if (error instanceof RangeError) throw new SyntaxError("it is nested too deeply", { cause: error });
    throw error;
  }
}

function wholeOf(value: unknown): bigint | undefined {
  const digits = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[MARK] : undefined;
  return typeof digits === "string" && WHOLE.test(digits) ? BigInt(digits) : undefined;
}
