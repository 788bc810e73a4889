/**
 * Records of a CSV file, one at a time, each with the lines it stands on.
 *
 * RFC 4180 as spreadsheets really write it: comma, semicolon or tab; CRLF, LF or CR; UTF-8 with or without BOM, UTF-16
 * with BOM; quoted fields with doubled quotes and line ends in them. What a record means is not known here. A record that
 * cannot be read is a fault with its line, and reading goes on with the next line: one stray quote never swallows the
 * rest of the file.
 *
 * @module
 */

export interface CsvRecord {
  readonly fields: readonly CsvField[];
  /** Index of the first line after the record. */
  readonly next: number;
}

export interface CsvField {
  readonly text: string;
  readonly quoted: boolean;
}

export interface CsvFault {
  readonly problem: string;
}

export type Delimiter = "," | ";" | "\t";

/** Longest line that is read, in characters. */
export const MAX_LINE = 10_000;
/** Most lines a quoted field may run over: more is a quote that was never closed. */
const MAX_RECORD_LINES = 50;
const DELIMITERS: readonly Delimiter[] = [",", ";", "\t"];
const SAMPLE_LINES = 1000;

/** The text of a file, by its BOM; bytes that are no text become U+FFFD, which no address may hold. */
export function decodeText(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** The lines of a text, whatever ends them; no empty line after the last end. */
export function splitLines(text: string): string[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The delimiter that most lines hold; a comma when in doubt. A first line `sep=;`, as Excel writes it, decides. */
export function findDelimiter(lines: readonly string[]): Delimiter {
  const said = separatorLine(lines[0] ?? "");
  if (said !== undefined) return said;
  const sample = lines.slice(0, SAMPLE_LINES);
  const count = (delimiter: Delimiter) => sample.filter((line) => line.includes(delimiter)).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

/** What Excel's `sep=;` line says; undefined for any other line. */
export function separatorLine(line: string): Delimiter | undefined {
  const said = /^\s*"?sep=(.)"?\s*$/i.exec(line)?.[1];
  return DELIMITERS.find((delimiter) => delimiter === said);
}

/** The record that starts at a line. */
export function readRecord(lines: readonly string[], start: number, delimiter: Delimiter): CsvRecord | CsvFault {
  const fields: CsvField[] = [];
  let index = start;
  let line = lines[index] ?? "";
  let at = 0;
  for (;;) {
    if (line.length > MAX_LINE) return { problem: `the line is longer than ${MAX_LINE} characters` };
    const open = /^[^\S\t]*"/.exec(line.slice(at));
    if (open === null) {
      const end = fieldEnd(line, at, delimiter);
      fields.push({ text: line.slice(at, end), quoted: false });
      at = end;
    } else {
      const field = readQuoted(lines, index, at + open[0].length, start);
      if ("problem" in field) return field;
      fields.push({ text: field.text, quoted: true });
      index = field.line;
      line = lines[index] ?? "";
      const rest = /^\s*?(?=[,;\t]|$)/.exec(line.slice(field.end));
      at = field.end + (rest?.[0].length ?? 0);
      if (at < line.length && line[at] !== delimiter) return { problem: "text follows a closing quote" };
    }
    if (at >= line.length) return { fields, next: index + 1 };
    at++;
  }
}

function fieldEnd(line: string, from: number, delimiter: Delimiter): number {
  const end = line.indexOf(delimiter, from);
  return end < 0 ? line.length : end;
}

/** A quoted field from after its opening quote; `line` and `end` are where its closing quote ends. */
function readQuoted(
  lines: readonly string[],
  index: number,
  from: number,
  start: number,
): { text: string; line: number; end: number } | CsvFault {
  let text = "";
  let at = from;
  for (let number = index; number < lines.length && number < start + MAX_RECORD_LINES; number++) {
    const line = lines[number] ?? "";
    if (line.length > MAX_LINE) break;
    for (;;) {
      const quote = line.indexOf('"', at);
      if (quote < 0) break;
      text += line.slice(at, quote);
      if (line[quote + 1] !== '"') return { text, line: number, end: quote + 1 };
      text += '"';
      at = quote + 2;
    }
    text += `${line.slice(at)}\n`;
    at = 0;
  }
  return { problem: "a quote is opened and never closed" };
}

/** One field as CSV: quoted where it must be. */
export function csvField(text: string): string {
  return /[",;\t\r\n#]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
