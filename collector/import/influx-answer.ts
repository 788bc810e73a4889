/**
 * A chunked answer of InfluxDB: one JSON text a line, checked as it comes, with limits on all a server may send.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { excerpt } from "../../core/revealed.ts";

/** Rows of one series, or a part of them. */
export interface SeriesPart {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** A line is 5,000 rows of some twenty numbers. */
const MOST_LINE_BYTES = 16 * 1024 * 1024;
/** Of one answer. */
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_COLUMNS = 2000;
const MOST_TAGS = 64;
const MOST_TEXT = 4096;

/** An answer that is not one, or ended too early: the same question may be answered later. */
export class AnswerFault extends Error {}

/**
 * The series of an answer.
 * @throws AnswerFault where it is cut off; LarderError `IMPORT_ANSWER` where it is not one, or too much; `IMPORT_REFUSED`
 *   where the server says what is wrong
 */
export async function* seriesOf(body: AsyncIterable<Buffer>): AsyncGenerator<SeriesPart> {
  let open = true;
  for await (const line of linesOf(body)) {
    const { results, error } = asObject(parsed(line));
    if (error !== undefined) throw refusedWith(error);
    for (const result of asArray(results).map(asObject)) {
      if (result["error"] !== undefined) throw refusedWith(result["error"]);
      for (const series of asArray(result["series"])) yield partOf(series);
      open = result["partial"] === true;
    }
  }
  if (open) throw new AnswerFault("its answer ended too early");
}

async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let [size, total] = [0, 0];
  for await (const chunk of body) {
    total += chunk.length;
    if (total > MOST_BYTES) throw unusable(`it is larger than ${MOST_BYTES / 1024 / 1024} MB`);
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(0x0a, at);
      const part = chunk.subarray(at, newline < 0 ? chunk.length : newline);
      at = newline < 0 ? chunk.length : newline + 1;
      size += part.length;
      if (size > MOST_LINE_BYTES) throw unusable(`a line of it is larger than ${MOST_LINE_BYTES / 1024 / 1024} MB`);
      rest.push(part);
      if (newline < 0) continue;
      if (size > 0) yield Buffer.concat(rest).toString("utf8");
      [rest, size] = [[], 0];
    }
  }
  if (size > 0) yield Buffer.concat(rest).toString("utf8");
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // a proxy's page begins as no JSON does; JSON that ends in the middle was cut off
    if (line.startsWith("{")) throw new AnswerFault("its answer was cut off");
    throw unusable(`it is not JSON: ${excerpt(line, 100)}`);
  }
}

function partOf(value: unknown): SeriesPart {
  const { name, tags, columns, values } = asObject(value);
  const pairs = Object.entries(asObject(tags ?? {}));
  const titles = asArray(columns);
  if (typeof name !== "string" || titles.length > MOST_COLUMNS || pairs.length > MOST_TAGS) {
    throw unusable("a series of it has no name, or far too many columns or tags");
  }
  for (const text of [name, ...titles, ...pairs.flat()]) {
    if (typeof text !== "string" || text.length > MOST_TEXT)
      throw unusable("a name in it is not a text, or far too long");
  }
  // a series without a tag others have is given it empty
  const known = pairs.filter(([, text]) => text !== "") as [string, string][];
  return {
    name,
    tags: Object.fromEntries(known),
    columns: titles as string[],
    values: asArray(values ?? []).map(asArray),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw unusable("it has another form than InfluxDB's");
}

function asArray(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw unusable("it has another form than InfluxDB's");
}

function refusedWith(error: unknown): LarderError {
  return refused(excerpt(String(error), 300));
}

/** What a server says is wrong with a question. */
export function refused(words: string): LarderError {
  const missing = /not found/i.test(words);
  const denied = /authoriz|authentic|credential|permission|denied/i.test(words);
  return new LarderError(`Cannot import: the server says ${words}`, {
    code: "IMPORT_REFUSED",
    state: "what was imported before is in the journal",
    next: denied
      ? "give a user or token that may read: --username with --password-file, or --token-file"
      : missing
        ? "check --database and --retention-policy"
        : "see the server's log",
  });
}

/** An answer nobody can use. */
export function unusable(what: string): LarderError {
  return new LarderError(`Cannot use the server's answer: ${what}`, {
    code: "IMPORT_ANSWER",
    state: "what was imported before is in the journal",
    next: "check --url: it is the address of InfluxDB itself, such as http://host:8086",
  });
}
