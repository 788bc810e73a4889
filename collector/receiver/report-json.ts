/**
 * The JSON of a report, from a stranger: bytes ▶ a value nothing of which is ambiguous. UTF-8 without a fault, no key
 * twice, none named `__proto__`, little nesting. `JSON.parse` does the reading; here is what it lets pass.
 *
 * @module
 */

/** Why a report cannot be taken, for its sender. */
export class ReportFault extends Error {}

/** A real one has three levels. */
const MAX_DEPTH = 16;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws ReportFault */
export function parseReportJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const keys = countKeys(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ReportFault(text.trim() === "" ? "The body is empty." : "The body is not JSON.");
  }
  if (countEntries(value) !== keys) throw new ReportFault("A key is there twice.");
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ReportFault("The body is not UTF-8.");
  }
}

/** The colons outside of texts: each follows a key. */
function countKeys(text: string): number {
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = textEnd(text, at + 1);
    else if (code === COLON) keys++;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) throw new ReportFault(`The body is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return keys;
}

/** Where the text that begins here has its closing quotation mark. */
function textEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text.charCodeAt(before - 1) === BACKSLASH && before > from) before--;
    if ((at - before) % 2 === 0) return at;
  }
  return text.length;
}

/** The entries of all its dictionaries: as many as keys, where none is twice. */
function countEntries(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countEntries(item);
    return count;
  }
  for (const key of Object.keys(value)) {
    if (key === "__proto__") throw new ReportFault('A key is named "__proto__".');
    count += 1 + countEntries((value as Record<string, unknown>)[key]);
  }
  return count;
}
