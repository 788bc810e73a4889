/**
 * Apple's software update catalogue: full macOS installers, and updates for Macs.
 *
 * A product is a set of packages that devices fetch together, so all of them are listed. It is a full installer when a
 * package is `/InstallAssistant.pkg` (macOS 11 and later) or `/InstallESDDmg.pkg` (before); `InstallAssistantAuto.pkg`
 * belongs to the older kind. Its title, version and build stand in a file of their own, the English `.dist`.
 *
 * @module
 */
import { errorText } from "../../core/errors.ts";
import type { Asset } from "../asset.ts";
import type { OptionsOf } from "../options-catalogs.ts";
import { Shape } from "../shape.ts";
import { digestOf, draftAsset, readEntry } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import type { DistTitle } from "./dist-title.ts";
import { inParallel } from "./in-parallel.ts";
import { readPlistEntries } from "./plist-stream.ts";

const NAME = "sucatalog";
const DIST_MAX_BYTES = 16 * 1024 * 1024;
const INSTALLER = /\/(?:InstallAssistant|InstallESDDmg)\.pkg$/;
/** What is read of a product: of forty translations the English one. */
const KEYS = ["Packages", "URL", "Size", "Digest", "PostDate", "Distributions", "English", "en"];
const UNTITLED: DistTitle = { title: undefined, version: undefined, build: undefined };

/** A product of the catalogue, before its title is known. */
export interface Product {
  readonly id: string;
  readonly postedMs: number | undefined;
  readonly installer: boolean;
  readonly distUrl: string | undefined;
  readonly packages: readonly { url: string; sizeBytes: number | undefined; sha1: string | undefined }[];
}

/** The catalogue behind `kind: "sucatalog"`. */
export function sucatalogCatalog(options: OptionsOf<"sucatalog">): Catalog {
  return { name: NAME, list: (context) => list(options, context) };
}

async function* list(options: OptionsOf<"sucatalog">, context: CatalogContext): AsyncIterable<Asset> {
  for (const url of options.urls) {
    const products = readProducts(url, options, context);
    if (options.titles === "none") {
      for await (const product of products) yield* productAssets(product, UNTITLED, context);
    } else yield* titledAssets(url, products, options, context);
  }
}

async function* titledAssets(
  catalogUrl: string,
  products: AsyncIterable<Product>,
  options: OptionsOf<"sucatalog">,
  context: CatalogContext,
): AsyncIterable<Asset> {
  const titled = inParallel(products, options.concurrency, async (product) => {
    const read = options.titles === "all" || product.installer;
    return { product, title: read ? await readTitle(product, catalogUrl, context) : UNTITLED };
  });
  for await (const { product, title } of titled) {
    if (options.excludeTitles.some((part) => title.title?.includes(part) === true)) continue;
    yield* productAssets(product, title, context);
  }
}

async function* readProducts(
  url: string,
  options: OptionsOf<"sucatalog">,
  context: CatalogContext,
): AsyncIterable<Product> {
  const after = options.postedAfter === undefined ? undefined : Date.parse(options.postedAfter);
  const document = await context.fetch.open({ url, kind: "plist", maxBytes: options.maxBytes });
  for await (const { key, value } of readPlistEntries(document.read(), ["Products"], url, { only: KEYS })) {
    context.signal.throwIfAborted();
    const place = `Products.${key}`;
    const product = readEntry(NAME, place, context.log, () => parseProduct(String(key), new Shape(value, url, place)));
    if (product === undefined) continue;
    if (after !== undefined && product.postedMs !== undefined && product.postedMs < after) continue;
    yield product;
  }
}

/** One product. @throws LarderError `SHAPE_WRONG` */
export function parseProduct(id: string, product: Shape): Product {
  const packages = product
    .get("Packages")
    .items()
    .map((item) => ({
      url: item.get("URL").text(),
      sizeBytes: item.get("Size").optionalCount(),
      sha1: item.get("Digest").optionalText(),
    }));
  return {
    id,
    postedMs: product.get("PostDate").optionalTime(),
    installer: packages.some((item) => INSTALLER.test(item.url)),
    distUrl:
      product.get("Distributions").get("English").optionalText() ??
      product.get("Distributions").get("en").optionalText(),
    packages,
  };
}

/** The title of a product. One that cannot be had costs the title only. */
async function readTitle(product: Product, catalogUrl: string, context: CatalogContext): Promise<DistTitle> {
  if (product.distUrl === undefined) return UNTITLED;
  try {
    // The address of a .dist changes with its text, so a copy never grows old.
    const request = {
      url: product.distUrl,
      rule: { hosts: context.hosts, foundIn: catalogUrl },
      kind: "xml",
      maxBytes: DIST_MAX_BYTES,
      freshMs: Number.POSITIVE_INFINITY,
    } as const;
    const document = await context.fetch.open(request);
    const { readDistTitle } = await import("./dist-title.ts");
    return await readDistTitle(document.read(), product.distUrl);
  } catch (error) {
    if (context.signal.aborted) throw error;
    context.log.warn("a product keeps its number for a title", { product: product.id, why: errorText(error) });
    return UNTITLED;
  }
}

function* productAssets(product: Product, title: DistTitle, context: CatalogContext): Iterable<Asset> {
  const place = `Products.${product.id}`;
  const words = titleWords(product.id, title);
  const beta = /\bbeta\b/i.test(title.title ?? "");
  for (const item of product.packages) {
    const file = item.url.slice(item.url.lastIndexOf("/") + 1);
    const asset = readEntry(NAME, place, context.log, () =>
      draftAsset({
        url: item.url,
        group: product.installer ? "installer" : "sucatalog",
        title: `${words}: ${file}`,
        sizeBytes: item.sizeBytes,
        digest: digestOf("sha1", item.sha1),
        version: title.version,
        build: title.build,
        beta: beta || /TechPreview|ForSeed|Beta/.test(file),
        postedMs: product.postedMs,
        product: product.id,
        catalog: NAME,
      }),
    );
    if (asset !== undefined) yield asset;
  }
}

function titleWords(id: string, { title, version }: DistTitle): string {
  if (title === undefined) return version === undefined ? id : `${id} ${version}`;
  return version === undefined || title.includes(version) ? title : `${title} ${version}`;
}
