/**
 * What people see: the only place that writes to the terminal. Nothing that comes from a catalogue, a database or a
 * server can steer the terminal: every line is cleaned here, our own colours excepted.
 *
 * @module
 */

import { spreadsheetField } from "../core/csv-cell.ts";
import { escapeUnprintableInLines, jsonEscape, printable, printableLines } from "../core/words/printable.ts";

const COLOURS = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1 } as const;
export type Colour = keyof typeof COLOURS;

/** Whether a person is looking, on a terminal that has not asked for silence about colours. */
export function isTerminal(stream: NodeJS.WriteStream = process.stdout): boolean {
  return stream.isTTY === true;
}

/** Text in a colour where that helps; plain text when not a terminal or NO_COLOR is set. */
export function colour(text: string, name: Colour, stream: NodeJS.WriteStream = process.stdout): string {
  return hasColours(stream) ? `\u001b[${COLOURS[name]}m${printable(text)}\u001b[0m` : text;
}

function hasColours(stream: NodeJS.WriteStream): boolean {
  return isTerminal(stream) && (process.env["NO_COLOR"] ?? "") === "";
}

/** What `colour()` makes: a colour and its end, nothing that steers in between. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of our own colours
const OWN_COLOUR = /\u001b\[(?:[12]|3[1-6])m([^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*)\u001b\[0m/gu;

/** Cleans all of a text but the colours of ours in it; those are dropped where `colours` is false. */
function clean(text: string, colours: boolean, dirt: (text: string) => string): string {
  let done = "";
  let from = 0;
  for (const match of text.matchAll(OWN_COLOUR)) {
    done += dirt(text.slice(from, match.index)) + (colours ? match[0] : (match[1] ?? ""));
    from = match.index + match[0].length;
  }
  return done + dirt(text.slice(from));
}

/** A value as part of a line: nothing in it can steer the terminal, our own colours excepted. */
export function cleanCell(text: string): string {
  return clean(text, true, printable);
}

/** Text to a stream as it is but for what would steer the terminal. */
export function write(text: string, stream: NodeJS.WriteStream): void {
  stream.write(clean(text, hasColours(stream), printableLines));
}

/** A line on standard output. */
export function print(text = ""): void {
  write(`${text}\n`, process.stdout);
}

let answers = 0;

/** How many answers in JSON were printed so far. */
export function jsonAnswers(): number {
  return answers;
}

/** A value as JSON on standard output, indented for people. See `jsonText`. */
export function printJson(value: unknown): void {
  answers++;
  print(jsonText(value, 2));
}

/** A value as JSON on one line of standard output: one of many, as a collector prints its passes. */
export function printJsonLine(value: unknown): void {
  print(jsonText(value));
}

/**
 * A value as JSON. A `bigint` is a number with all its digits; what would steer a terminal is written as `\\u` escapes,
 * which every reader of JSON turns back.
 */
export function jsonText(value: unknown, indent = 0): string {
  let mark: string | undefined;
  // unguessable, so that no text from outside can pass for a number; most answers have no such number
  const json = JSON.stringify(
    value,
    (_key, item: unknown) => {
      if (typeof item !== "bigint") return item;
      mark ??= `bigint-${globalThis.crypto.randomUUID()}:`;
      return mark + item;
    },
    indent,
  );
  const digits = mark === undefined ? json : json.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
  // line ends are those of the indenting: JSON has none within a text
  return escapeUnprintableInLines(digits, jsonEscape);
}

/** A message on standard error. */
export function printError(text: string): void {
  write(`${text}\n`, process.stderr);
}

/** A document on standard output: byte for byte for a file or another program, cleaned where a person looks at it. */
export function printDocument(text: string): void {
  if (isTerminal()) write(text.replaceAll("\r\n", "\n"), process.stdout);
  else process.stdout.write(text);
}

/** Rows as CSV after RFC 4180; text that a spreadsheet would run as a formula is guarded by a `'`. */
export function csvText(rows: readonly (readonly (string | number | undefined)[])[]): string {
  return rows.map((row) => row.map(csvCell).join(",")).join("\r\n");
}

/** What `csvText` made, on standard output. */
export function printCsv(text: string): void {
  const lines = text.split("\r\n").map((line) => `${printable(line)}\r\n`);
  process.stdout.write(lines.join(""));
}

function csvCell(value: string | number | undefined): string {
  if (typeof value === "number") return String(value);
  return spreadsheetField(value ?? "");
}

/** A bar of `share` (0 to 1) of a width, in eighths of a character. */
export function bar(share: number, widthChars: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * widthChars * 8);
  const rest = eighths % 8;
  return "█".repeat(Math.floor(eighths / 8)) + (rest === 0 ? "" : (" ▏▎▍▌▋▊▉"[rest] ?? ""));
}

/** Columns of the terminal, 80 when not one. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 80;
}

/** Columns a table may take: those of the terminal; no limit in a pipe, where a program reads it. */
export function tableWidth(): number {
  return isTerminal() ? terminalWidth() : Number.POSITIVE_INFINITY;
}
