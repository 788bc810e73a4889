/**
 * Lists of recipients as people keep them: one address a line, or CSV with any columns.
 *
 * Without a header the address is the first column that holds an `@`, and the column after it, if filled, is the
 * language. With a header the columns are found by name, and the others are left alone. Lines that begin with `#` are
 * comments. Every line is taken, named as refused, or empty; a later line for the same address adds to the earlier.
 *
 * @module
 */

import {
  type CsvField,
  type Delimiter,
  decodeText,
  findDelimiter,
  readRecord,
  separatorLine,
  splitLines,
} from "../../core/csv.ts";
import { csvField } from "../../core/csv-cell.ts";
import { quotable } from "../../core/words/printable.ts";
import { addressKey, parseAddress } from "./address.ts";
import { parseLanguage } from "./language.ts";
import type { Recipient, Refusal, WantedRecipient } from "./model.ts";

export interface RecipientList {
  /** Each address once, in the order of first appearance. */
  readonly wanted: readonly WantedRecipient[];
  readonly refusals: readonly Refusal[];
  /** Lines whose address was already further up. */
  readonly repeated: number;
}

/** Which column holds what; undefined: no column does. */
interface Columns {
  readonly address: number;
  readonly language: number | undefined;
  readonly enabled: number | undefined;
  readonly named: boolean;
}

const ADDRESS_TITLES =
  /^(e?mail|e?mailaddress|e?mailadresse?|e?mails|addresse?s?|adresse|courriels?|correos?|recipients?|empf(ä|ae)nger|zaddress)$/u;
const LANGUAGE_TITLES = /^(language|languagecode|lang|locale|locali[sz]ation|sprache|langue|idioma|zlocalization)$/;
const ENABLED_TITLES = /^(enabled|active|aktiv|actif|activo|mails?|zenabled)$/;
const YES = /^(1|yes|true|on|ja|an|ein|oui|s[ií])$/;
const NO = /^(0|no|false|off|nein|aus|non)$/;

/** Reads a list from the bytes of a file. */
export function parseRecipientList(bytes: Uint8Array): RecipientList {
  const lines = splitLines(decodeText(bytes));
  const delimiter = findDelimiter(lines);
  const wanted: WantedRecipient[] = [];
  const refusals: Refusal[] = [];
  let columns: Columns | undefined;
  let index = separatorLine(lines[0] ?? "") === undefined ? 0 : 1;
  while (index < lines.length) {
    const line = index + 1;
    const text = lines[index] ?? "";
    const read = readLine(lines, index, delimiter, columns);
    if (read.columns !== undefined) columns = read.columns;
    if (read.problem !== undefined) refusals.push({ line, text: quotable(text), problem: read.problem });
    if (read.recipient !== undefined) wanted.push(read.recipient);
    index = read.next;
  }
  const merged = mergeWanted(wanted);
  return { wanted: merged, refusals, repeated: wanted.length - merged.length };
}

interface LineResult {
  readonly next: number;
  readonly columns?: Columns;
  readonly recipient?: WantedRecipient;
  readonly problem?: string;
}

function readLine(
  lines: readonly string[],
  index: number,
  delimiter: Delimiter,
  columns: Columns | undefined,
): LineResult {
  const next = index + 1;
  const text = lines[index] ?? "";
  if (/^\s*(#|$)/.test(text)) return { next };
  const record = readRecord(lines, index, delimiter);
  if ("problem" in record) return { next, problem: record.problem };
  if (record.fields.every((field) => field.text.trim() === "")) return { next: record.next };
  const header = headerColumns(record.fields);
  if (header !== undefined) return { next: record.next, columns: header };
  const shape = columns ?? firstColumns(record.fields);
  // only a line that holds an address may decide which column holds addresses
  const learnt =
    columns === undefined && record.fields[shape.address]?.text.includes("@") === true ? { columns: shape } : {};
  const address = record.fields[shape.address];
  // an unclosed quote has run on: the lines it swallowed are read again one by one
  if (address?.text.includes("\n") === true) return { next, problem: "a quote is opened and never closed" };
  const recipient = readRecipient(record.fields, shape);
  if ("problem" in recipient) return { next: record.next, ...learnt, problem: recipient.problem };
  if (record.fields.some((field) => /\n.*@/s.test(field.text))) {
    return {
      next: record.next,
      problem: `one quoted field holds lines ${index + 1} to ${record.next}, with an address in it`,
    };
  }
  return { next: record.next, ...learnt, recipient };
}

function readRecipient(fields: readonly CsvField[], columns: Columns): WantedRecipient | { problem: string } {
  const address = parseAddress(withoutComment(fields[columns.address]));
  if ("problem" in address) return address;
  const language = withoutComment(columns.language === undefined ? undefined : fields[columns.language]);
  const code = language === "" ? undefined : parseLanguage(language);
  if (language !== "" && code === undefined) return { problem: languageProblem(language, columns.named) };
  const enabled = withoutComment(columns.enabled === undefined ? undefined : fields[columns.enabled]).toLowerCase();
  if (enabled !== "" && !YES.test(enabled) && !NO.test(enabled))
    return { problem: `"${quotable(enabled)}" is neither yes nor no` };
  return {
    address: address.text,
    language: code,
    enabled: enabled === "" ? undefined : YES.test(enabled),
  };
}

function languageProblem(language: string, named: boolean): string {
  const base = `"${quotable(language)}" is not a language code such as en or pt-BR`;
  if (language.includes("@")) return "it holds more than one address; each needs its own line";
  return named ? base : `${base}; a header line that names the columns says which one to read`;
}

/** A field without the remark after ` #`; quoted fields have none. */
function withoutComment(field: CsvField | undefined): string {
  if (field === undefined) return "";
  return (field.quoted || field.text.includes('"') ? field.text : field.text.replace(/\s#.*$/s, "")).trim();
}

function headerColumns(fields: readonly CsvField[]): Columns | undefined {
  const titles = fields.map(({ text }) => text.toLowerCase().replaceAll(/[^\p{L}]/gu, ""));
  const find = (pattern: RegExp) => titles.findIndex((title) => pattern.test(title));
  const address = find(ADDRESS_TITLES);
  if (address < 0 || fields.some(({ text }) => text.includes("@"))) return undefined;
  const column = (index: number) => (index < 0 ? undefined : index);
  return { address, language: column(find(LANGUAGE_TITLES)), enabled: column(find(ENABLED_TITLES)), named: true };
}

function firstColumns(fields: readonly CsvField[]): Columns {
  const address = Math.max(
    0,
    fields.findIndex(({ text }) => text.includes("@")),
  );
  return { address, language: address + 1, enabled: undefined, named: false };
}

/** Each address once; what a later mention says wins over the earlier, what it leaves open does not. */
export function mergeWanted(wanted: readonly WantedRecipient[]): WantedRecipient[] {
  const byKey = new Map<string, WantedRecipient>();
  for (const one of wanted) {
    const key = addressKey(one.address);
    const earlier = byKey.get(key);
    byKey.set(key, {
      address: earlier?.address ?? one.address,
      language: one.language ?? earlier?.language,
      enabled: one.enabled ?? earlier?.enabled,
    });
  }
  return [...byKey.values()];
}

/** A list as CSV that `parseRecipientList` and a spreadsheet read back: header, UTF-8, LF. */
export function formatRecipientList(recipients: readonly Recipient[]): string {
  const rows = recipients.map(({ address, language, enabled }) => [address, language, enabled ? "yes" : "no"]);
  return [["address", "language", "enabled"], ...rows].map((row) => `${row.map(csvField).join(",")}\n`).join("");
}
