/**
 * The head of an HTTP/1.1 answer, read strictly: whatever could make two readers see different bodies is refused.
 *
 * @module
 */
import type { AnswerFields } from "./request.ts";

/** Longest head, all interim answers included. */
export const MAX_HEAD_BYTES = 64 * 1024;
const MAX_FIELDS = 256;
const STATUS = String.raw`HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\0\r\n]*)?`;
const FIELD = String.raw`[!#$%&'*+.^_\`|~0-9A-Za-z-]+:[^\0\r\n]*`;
const HEAD = new RegExp(`^${STATUS}(?:\\r\\n${FIELD}){0,${MAX_FIELDS}}$`);

/** A status line and fields. */
export interface ResponseHead {
  readonly status: number;
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  readonly minor: number;
  readonly headers: AnswerFields;
}

/**
 * Parses a head without its closing empty line.
 * @returns what is wrong with it, as a sentence, when it is not one.
 */
export function parseResponseHead(text: string): ResponseHead | string {
  const head = HEAD.exec(text);
  if (head === null) return whatIsWrong(text);
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of text.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(head[2]), minor: Number(head[1]), headers };
}

function whatIsWrong(text: string): string {
  const [first = "", ...fields] = text.split("\r\n");
  if (!new RegExp(`^${STATUS}$`).test(first)) return "it does not begin with a status line of HTTP/1";
  return fields.length > MAX_FIELDS ? `it has more than ${MAX_FIELDS} fields` : "a line of it is not a header field";
}

/**
 * Content-Length as a number.
 * @returns undefined when there is none; "bad" when it is not an exact length, or there are several that differ.
 */
export function contentLength(headers: AnswerFields): number | undefined | "bad" {
  const text = headers["content-length"];
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) return "bad";
  return Number(text);
}
