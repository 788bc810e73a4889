/**
 * Rows of a table in text, as they arrive.
 *
 * @module
 */
import { StringDecoder } from "node:string_decoder";
import { LarderError } from "../../core/errors.ts";

const MAX_ROW = 1024 * 1024;

export interface CsvRow {
  readonly fields: readonly string[];
  /** Line on which it begins. */
  readonly line: number;
}

/**
 * Every row, the header too. The separator is the one of comma, semicolon and tab that the first line holds most of.
 * @throws LarderError `DEVICES_BROKEN`: a quote that is never closed, a row past 1 MiB
 */
export async function* readCsvRows(source: AsyncIterable<Buffer>, what: string): AsyncIterable<CsvRow> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let line = 1;
  let separator: string | undefined;
  const take = function* (ended: boolean): Iterable<CsvRow> {
    for (let end = rowEnd(rest, ended); end !== undefined; end = rowEnd(rest, ended)) {
      const text = rest.slice(0, end).replace(/\r?\n$/, "");
      rest = rest.slice(end);
      separator ??= separatorOf(text);
      yield { fields: splitRow(text, separator), line };
      line += (text.match(/\n/g)?.length ?? 0) + 1;
    }
    if (rest.length > MAX_ROW) throw broken(what, line, "the row does not end");
  };
  for await (const piece of source) {
    rest += decoder.write(piece);
    if (line === 1 && rest.startsWith("\uFEFF")) rest = rest.slice(1);
    yield* take(false);
  }
  rest += decoder.end();
  yield* take(true);
  if (rest !== "") throw broken(what, line, "a quote is never closed");
}

/** Where the first row ends, after its line end; undefined when it is not all there. */
function rowEnd(text: string, ended: boolean): number | undefined {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === "\n" && !quoted) return at + 1;
  }
  return ended && !quoted && text !== "" ? text.length : undefined;
}

function splitRow(text: string, separator: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const quoted = text[at] === '"' ? /"((?:[^"]|"")*)"/y : undefined;
    if (quoted !== undefined) quoted.lastIndex = at;
    const match = quoted?.exec(text);
    const from = match ? at + match[0].length : at;
    const next = text.indexOf(separator, from);
    const end = next === -1 ? text.length : next;
    fields.push(match ? (match[1] ?? "").replaceAll('""', '"') + text.slice(from, end) : text.slice(at, end));
    if (next === -1) return fields;
    at = next + 1;
  }
}

function separatorOf(line: string): string {
  const count = (mark: string) => line.split(mark).length;
  return [",", ";", "\t"].sort((a, b) => count(b) - count(a))[0] ?? ",";
}

function broken(what: string, line: number, problem: string): LarderError {
  return new LarderError(`Cannot read devices "${what}": line ${line}: ${problem}`, { code: "DEVICES_BROKEN" });
}
