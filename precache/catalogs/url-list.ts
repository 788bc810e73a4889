/**
 * A plain list of addresses, one a line, as people and other tools write it. `#` begins a comment. A size may follow the
 * address: `12 GB`, `10,000`, after a space, a tab or, as in CSV, a comma or semicolon.
 *
 * Every line is taken, or reported with its number and what is wrong with it: what follows an address is never guessed at.
 *
 * @module
 */

import { decodeText, splitLines } from "../../core/csv.ts";
import { LarderError } from "../../core/errors.ts";
import { publicUrl } from "../../core/http/http.ts";
import { countText } from "../../core/words/amounts.ts";
import { readBytes } from "../untrusted/untrusted.ts";
import type { Asset } from "../words/asset.ts";
import { addressFault } from "../words/outside-address.ts";
import { parseBytes } from "../words/units.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import type { OptionsOf } from "./options.ts";

const MAX_LINE = 8192;
/** At most this many faults are reported in full. */
const TOLD = 3;

interface Fault {
  readonly line: number;
  readonly problem: string;
}

/** The catalogue behind `kind: "url-list"`. */
export function urlListCatalog(options: OptionsOf<"url-list">): Catalog {
  return { name: "url-list", list: (context) => list(options, context) };
}

async function* list(options: OptionsOf<"url-list">, context: CatalogContext): AsyncIterable<Asset> {
  context.signal.throwIfAborted();
  const document = await context.fetch.open({ url: options.url, kind: "any", maxBytes: options.maxBytes });
  const faults: Fault[] = [];
  let listed = 0;
  for (const [index, line] of splitLines(decodeText(await readBytes(document.read()))).entries()) {
    context.signal.throwIfAborted();
    if (isNoAddress(line, index)) continue;
    const read = parseUrlLine(line, context.hosts);
    if (typeof read === "string") faults.push({ line: index + 1, problem: read });
    else {
      listed += 1;
      yield read;
    }
  }
  if (faults.length === 0) return;
  const name = publicUrl(options.url);
  if (listed === 0) {
    throw new LarderError(
      `Cannot read URL list "${name}": none of its ${faults.length} lines is an address that can be fetched (${faultsText(faults)})`,
      { code: "CATALOG_BROKEN" },
    );
  }
  context.trouble(`${countText(faults.length, "line")} of the list "${name}", left out: ${faultsText(faults)}`);
}

/** Blank lines, comments, the names of columns, and the options that aria2 writes below an address. */
function isNoAddress(line: string, index: number): boolean {
  if (/^\s*(?:#|$)/.test(line)) return true;
  if (/^\s+[a-z][a-z0-9-]*=/.test(line)) return true;
  return index === 0 && /^"?(?:url|uri|address|link)"?\s*(?:[,;\t]|$)/i.test(line);
}

/**
 * The asset a line names, or what is wrong with it, as the end of a sentence.
 * @param hosts beside Apple's, see `AddressRule`
 */
function parseUrlLine(line: string, hosts: readonly string[]): Asset | string {
  if (line.length > MAX_LINE) return `it is longer than ${MAX_LINE} characters`;
  const { address, rest } = cut(line.trim());
  const fault = addressFault(address, { hosts });
  if (fault !== undefined) return `"${address.slice(0, 120)}": ${fault}`;
  const sizeBytes = parseSize(rest);
  if (sizeBytes === undefined && rest !== "" && !isMirror(rest))
    return `"${rest.slice(0, 60)}" after the address is not a size`;
  const path = new URL(address).pathname;
  return {
    url: address,
    group: "other",
    title: path.slice(path.lastIndexOf("/") + 1) || address,
    sizeBytes,
    digest: undefined,
    version: undefined,
    build: undefined,
    models: [],
    fromBuilds: [],
    firmware: /\.ipsw$/i.test(path),
    beta: false,
    postedMs: undefined,
    catalogs: ["url-list"],
  };
}

/** An address and what follows it. */
function cut(text: string): { address: string; rest: string } {
  const wrapped = /^"([^"]*)"\s*(?:[,;]\s*)?(.*)$/.exec(text) ?? /^<([^>]*)>\s*(.*)$/.exec(text);
  const [, address = "", rest = ""] = wrapped ?? /^(\S*)\s*(.*)$/.exec(text) ?? [];
  if (wrapped === null && rest === "") {
    // `….pkg,10000`, where the address would end without it too
    const [, before, size] = /^(.*\.[a-z]\w{1,9})[,;](\d[\d.,]*[a-z]*)$/i.exec(address) ?? [];
    if (before !== undefined && size !== undefined) return { address: before, rest: size };
  }
  return { address, rest: rest.replace(/(?:^|\s)#.*$/, "").trim() };
}

/** A further address of the same file, as aria2 writes them: the first is asked for. */
function isMirror(rest: string): boolean {
  return /^https?:\/\/\S+(?:\s+https?:\/\/\S+)*$/i.test(rest);
}

/** The amount behind an address. */
function parseSize(rest: string): number | undefined {
  const text = rest.replace(/^[,;]\s*/, "").replace(/^"(.*)"$/, "$1");
  const grouped = /^\d{1,3}(?:([.,'\u00a0\u202f ])\d{3})(?:\1\d{3})*$/.test(text);
  return parseBytes(grouped ? text.replaceAll(/\D/g, "") : text);
}

function faultsText(faults: readonly Fault[]): string {
  const told = faults.slice(0, TOLD).map(({ line, problem }) => `line ${line}: ${problem}`);
  const others = faults.slice(TOLD).map(({ line }) => line);
  return [...told, ...(others.length === 0 ? [] : [`lines ${ranges(others)}`])].join("; ");
}

/** `4, 6-9, 12`. */
function ranges(numbers: readonly number[]): string {
  const spans: [number, number][] = [];
  for (const number of numbers) {
    const last = spans.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else spans.push([number, number]);
  }
  return spans.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}
