/**
 * The head of an HTTP/1.1 answer, read strictly: whatever could make two readers see different bodies is refused.
 *
 * @module
 */

/** Longest head, all interim answers included. */
export const MAX_HEAD_BYTES = 64 * 1024;
const MAX_FIELDS = 256;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\0\r\n]*)?$/;
const FIELD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r\n]*$/;

/** A status line and fields. */
export interface ResponseHead {
  readonly status: number;
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  readonly minor: number;
  /** Names in lower case; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Parses a head without its closing empty line.
 * @returns what is wrong with it, as a sentence, when it is none.
 */
export function parseResponseHead(text: string): ResponseHead | string {
  const lines = text.split("\r\n");
  const status = STATUS_LINE.exec(lines[0] ?? "");
  if (status === null) return "it does not begin with a status line of HTTP/1";
  if (lines.length > MAX_FIELDS) return `it has more than ${MAX_FIELDS} fields`;
  const headers: Record<string, string> = {};
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (!FIELD.test(line)) return "a line of it is no header field";
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "__proto__") continue;
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return { status: Number(status[2]), minor: Number(status[1]), headers };
}

/**
 * Content-Length as a number.
 * @returns undefined when there is none; "bad" when it is no exact length, or several that differ.
 */
export function contentLength(headers: Readonly<Record<string, string>>): number | undefined | "bad" {
  const text = Object.hasOwn(headers, "content-length") ? headers["content-length"] : undefined;
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) return "bad";
  return Number(text);
}
