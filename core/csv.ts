/**
 * Records of a table in text, one at a time, each with the lines it is on.
 *
 * RFC 4180 as spreadsheets really write it: comma, semicolon, tab or what `sep=` names; CRLF, LF or CR; UTF-8 with or
 * without BOM, UTF-16 with BOM; quoted fields with doubled quotes and line ends in them. csv-parse reads the fields; here
 * is what it leaves to its caller: the encoding, the delimiter, and how to go on after a fault. A record that cannot be
 * read is a fault with its line, and reading goes on with the next line: one stray quote never swallows the rest.
 *
 * What a record means is not known here.
 *
 * @module
 */
import { CsvError, type Options, parse } from "csv-parse/sync";

export interface CsvField {
  /** Without the space around it. */
  readonly text: string;
  readonly quoted: boolean;
}

export interface CsvRecord {
  readonly fields: readonly CsvField[];
  /** Index of the first line after the record. */
  readonly next: number;
}

export interface CsvFault {
  readonly problem: string;
}

export type Delimiter = "," | ";" | "\t" | "|";

/** Longest line that is read, in characters. */
const MAX_LINE = 10_000;
/** Most lines a quoted field may run over: more is a quote that was never closed. */
const MAX_RECORD_LINES = 50;
const SAMPLE_LINES = 1000;
const USUAL: readonly Delimiter[] = [",", ";", "\t"];

/** The text of a file, by its BOM; bytes that are not text become U+FFFD. */
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

/** The delimiter that most lines hold; the first when in doubt. A first line `sep=;`, as Excel writes it, decides. */
export function findDelimiter(lines: readonly string[], delimiters: readonly Delimiter[] = USUAL): Delimiter {
  const said = separatorLine(lines[0] ?? "", delimiters);
  if (said !== undefined) return said;
  const sample = lines.slice(0, SAMPLE_LINES);
  const count = (delimiter: Delimiter) => sample.filter((line) => line.includes(delimiter)).length;
  return delimiters.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

/** What Excel's `sep=;` line says; undefined for any other line. */
export function separatorLine(line: string, delimiters: readonly Delimiter[] = USUAL): Delimiter | undefined {
  const said = /^\s*"?sep=(.)"?\s*$/i.exec(line)?.[1];
  return delimiters.find((delimiter) => delimiter === said);
}

/** The record that starts at a line. */
export function readRecord(lines: readonly string[], start: number, delimiter: Delimiter): CsvRecord | CsvFault {
  let text = "";
  for (let next = start + 1; next <= Math.min(lines.length, start + MAX_RECORD_LINES); next += 1) {
    const line = lines[next - 1] ?? "";
    if (line.length > MAX_LINE) return { problem: `the line is longer than ${MAX_LINE} characters` };
    text += text === "" && next === start + 1 ? line : `\n${line}`;
    if (text.trim() === "") return { fields: [{ text: "", quoted: false }], next };
    const fields = readFields(text, delimiter);
    if (fields === "closed wrongly" || fields === "opened wrongly") return { problem: "text follows a closing quote" };
    if (fields !== "open") return { fields, next };
  }
  return { problem: "a quote is opened and never closed" };
}

/** The fields of a text that is one record, or why it is not: a quote is open at its end, or closed before a text. */
function readFields(text: string, delimiter: Delimiter): Outcome {
  // nine of ten records: nothing that a plain cut would get wrong
  if (!text.includes('"')) return text.split(delimiter).map((field) => ({ text: field.trim(), quoted: false }));
  const strict = parseOne(text, { delimiter });
  // a quote inside of a bare field, as in `5" screen`, is text
  return strict === "opened wrongly" ? parseOne(text, { delimiter, relax_quotes: true }) : strict;
}

type Outcome = readonly CsvField[] | "open" | "opened wrongly" | "closed wrongly";
const FAULTS: Readonly<Record<string, Exclude<Outcome, readonly CsvField[]>>> = {
  CSV_QUOTE_NOT_CLOSED: "open",
  INVALID_OPENING_QUOTE: "opened wrongly",
  CSV_INVALID_CLOSING_QUOTE: "closed wrongly",
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: "closed wrongly",
};

function parseOne(text: string, options: Options): Outcome {
  const cast: Options["cast"] = (field, { quoting }): unknown => ({ text: field, quoted: quoting });
  // line ends inside of quotes are text, and this is one record: it is ended by a character that is not in it
  const one = { ...options, cast, trim: true, record_delimiter: "\0" };
  try {
    const [fields] = parse(text.replaceAll("\0", "\ufffd"), one) as unknown as CsvField[][];
    return fields ?? [];
  } catch (error) {
    const fault = error instanceof CsvError ? FAULTS[error.code] : undefined;
    if (fault === undefined) throw error;
    return fault;
  }
}
