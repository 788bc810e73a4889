/**
 * The head of an HTTP/1.1 answer, read strictly: whatever could make two readers see different bodies is refused.
 *
 * @module
 */

/** Longest head, all interim answers included. */
export const MAX_HEAD_BYTES = 64 * 1024;
const MAX_FIELDS = 256;

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
  const status = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\0\r\n]*)?$/.exec(lines[0] ?? "");
  if (status === null) return "it does not begin with a status line of HTTP/1";
  if (lines.length > MAX_FIELDS) return `it has more than ${MAX_FIELDS} fields`;
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of lines.slice(1)) {
    const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*?)[ \t]*$/.exec(line);
    if (field === null) return "a line of it is no header field";
    const name = (field[1] ?? "").toLowerCase();
    const value = field[2] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return { status: Number(status[2]), minor: Number(status[1]), headers };
}

/**
 * Content-Length as a number.
 * @returns undefined when there is none; "bad" when it is no exact length, or several that differ.
 */
export function contentLength(headers: Readonly<Record<string, string>>): number | undefined | "bad" {
  const text = headers["content-length"];
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) return "bad";
  return Number(text);
}
