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
  const line = lines[start] ?? "";
  if (line.length > MAX_LINE) return FAULTS["too long"];
  if (line.trim() === "") return { fields: [{ text: "", quoted: false }], next: start + 1 };
  // nine of ten records: nothing that a plain cut would get wrong
  if (!line.includes('"')) {
    return { fields: line.split(delimiter).map((field) => ({ text: field.trim(), quoted: false })), next: start + 1 };
  }
  const strict = recordEnd(lines, start, { delimiter, relaxed: false });
  // a quote inside of a bare field, as in `5" screen`, is text
  const relaxed = strict === "opened wrongly";
  const end = relaxed ? recordEnd(lines, start, { delimiter, relaxed }) : strict;
  if (typeof end !== "number") return FAULTS[end];
  const fields = readFields(lines.slice(start, end).join("\n"), { delimiter, relax_quotes: relaxed });
  return fields === undefined ? FAULTS["closed wrongly"] : { fields, next: end };
}

type QuoteFault = "open" | "too long" | "opened wrongly" | "closed wrongly";

/**
 * The line after the record that begins at one: where its quotes are closed. Found without reading fields, as it is looked
 * for from every line behind a quote that is never closed.
 */
function recordEnd(
  lines: readonly string[],
  start: number,
  { delimiter, relaxed }: { readonly delimiter: Delimiter; readonly relaxed: boolean },
): number | QuoteFault {
  let open = false;
  for (let next = start; next < Math.min(lines.length, start + MAX_RECORD_LINES); next++) {
    const line = lines[next] ?? "";
    if (line.length > MAX_LINE) return "too long";
    const state = openAfter(line, open, { delimiter, relaxed });
    if (typeof state !== "boolean") return state;
    if (!state) return next + 1;
    open = state;
  }
  return "open";
}

/** Whether a quote is open at the end of a line. */
function openAfter(
  line: string,
  before: boolean,
  { delimiter, relaxed }: { readonly delimiter: Delimiter; readonly relaxed: boolean },
): boolean | QuoteFault {
  let open = before;
  for (let at = 0; ; ) {
    if (open) {
      const quote = line.indexOf('"', at);
      if (quote < 0) return true;
      if (line[quote + 1] === '"') {
        at = quote + 2;
        continue;
      }
      const after = afterBlanks(line, quote + 1, delimiter);
      if (after === line.length) return false;
      open = false;
      at = after + 1;
      if (line[after] === delimiter) continue;
      // a quote that closes nothing is text, but not where blanks follow it
      if (!relaxed || after > quote + 1) return "closed wrongly";
    } else {
      at = afterBlanks(line, at, delimiter);
      if (line[at] === '"') {
        open = true;
        at++;
        continue;
      }
    }
    const end = line.indexOf(delimiter, at);
    const quote = relaxed ? -1 : line.indexOf('"', at);
    if (quote >= 0 && (end < 0 || quote < end)) return "opened wrongly";
    if (end < 0) return false;
    at = end + 1;
  }
}

/** The first place from one on that is not blank, or is the delimiter. */
function afterBlanks(line: string, from: number, delimiter: Delimiter): number {
  let at = from;
  while (at < line.length && line[at] !== delimiter && BLANK.test(line[at] ?? "")) at++;
  return at;
}

/** What csv-parse takes for blank. */
const BLANK = /[ \t\n\r\f]/;

const FAULTS: Readonly<Record<QuoteFault, CsvFault>> = {
  open: { problem: "a quote is opened and never closed" },
  "too long": { problem: `the line is longer than ${MAX_LINE} characters` },
  "opened wrongly": { problem: "text follows a closing quote" },
  "closed wrongly": { problem: "text follows a closing quote" },
};

/** The fields of a record; undefined where csv-parse finds its quotes at fault. */
function readFields(text: string, options: Options): readonly CsvField[] | undefined {
  const cast: Options["cast"] = (field, { quoting }): unknown => ({ text: field, quoted: quoting });
  try {
    const [fields] = parse(text, { ...options, cast, trim: true, record_delimiter: "\n" }) as unknown as CsvField[][];
    return fields ?? [];
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}
