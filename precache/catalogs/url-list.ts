/**
 * A plain list of addresses, one a line; `#` begins a comment. A size in bytes may follow, after a space or a tab.
 *
 * @module
 */
import { basename } from "node:path";
import { LarderError } from "../../core/errors.ts";
import type { Asset } from "../asset.ts";
import type { OptionsOf } from "../options-catalogs.ts";
import { assetUrl } from "./asset-url.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { readLines } from "./read-lines.ts";

const MAX_LINE = 8192;

/** The catalogue behind `kind: "url-list"`. */
export function urlListCatalog(options: OptionsOf<"url-list">): Catalog {
  return { name: "url-list", list: (context) => list(options, context) };
}

async function* list(options: OptionsOf<"url-list">, context: CatalogContext): AsyncIterable<Asset> {
  const document = await context.fetch.open({ url: options.url, kind: "any", maxBytes: options.maxBytes });
  let number = 0;
  let listed = 0;
  let skipped = 0;
  for await (const line of readLines(document.read(), MAX_LINE)) {
    context.signal.throwIfAborted();
    number += 1;
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    const asset = parseUrlLine(text);
    if (asset === undefined) {
      skipped += 1;
      context.log.warn("a line of the URL list is no address; skipped", { list: options.url, line: number });
      continue;
    }
    listed += 1;
    yield asset;
  }
  if (listed === 0 && skipped > 0) {
    throw new LarderError(`Cannot read URL list "${options.url}": none of its ${skipped} lines is an address`, {
      code: "CATALOG_BROKEN",
    });
  }
}

/** The asset a line names, or undefined when the line is no http(s) address, optionally with a size. */
export function parseUrlLine(text: string): Asset | undefined {
  const [address = "", size] = text.split(/\s+/);
  const url = assetUrl(address);
  if (url === undefined) return undefined;
  return {
    url,
    group: "other",
    title: basename(new URL(url).pathname) || url,
    sizeBytes: size !== undefined && /^\d{1,15}$/.test(size) ? Number(size) : undefined,
    digest: undefined,
    version: undefined,
    build: undefined,
    models: [],
    fromBuild: undefined,
    firmware: /\.ipsw$/i.test(new URL(url).pathname),
    beta: false,
    postedMs: undefined,
    catalogs: ["url-list"],
  };
}
