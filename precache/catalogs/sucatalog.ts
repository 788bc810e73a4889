/**
 * Apple's software update catalogue: full macOS installers, and updates for Macs.
 *
 * A product is a set of packages that devices fetch together, so all of them are listed. It is a full installer when a
 * package is `/InstallAssistant.pkg` (macOS 11 and later) or `/InstallESDDmg.pkg` (before); `InstallAssistantAuto.pkg`
 * belongs to the older kind. Its title, version and build are in a file of their own, the English `.dist`.
 *
 * @module
 */
import { pMapIterable } from "p-map";
import { errorText } from "../../core/errors.ts";
import { Shape } from "../untrusted/untrusted.ts";
import type { Asset } from "../words/asset.ts";
import { digestOf, draftAsset } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import type { DistTitle } from "./dist-title.ts";
import { catalogOf, type Entries } from "./entries.ts";
import { type MacosFamily, macosFamily } from "./macos-family.ts";
import type { OptionsOf } from "./options.ts";
import { readPlistEntries } from "./plist/plist.ts";

const NAME = "sucatalog";
const DIST_MAX_BYTES = 16 * 1024 * 1024;
const INSTALLER = /\/(?:InstallAssistant|InstallESDDmg)\.pkg$/;
/** Installers from before macOS 11. */
const OLD_INSTALLER = /\/InstallESDDmg\.pkg$/;
/** What is read of a product: of forty translations the English one. */
const KEYS = ["Packages", "URL", "Size", "Digest", "PostDate", "Distributions", "English", "en"];
KEYS.push("ExtendedMetaInfo", "InstallAssistantPackageIdentifiers", "SharedSupport");

/** What a product is called, or why that is not known. */
type Title = DistTitle & { readonly unread?: string };
const UNTITLED: Title = { title: undefined, version: undefined, build: undefined };

/** A product of the catalogue, before its title is known. */
interface Product {
  readonly id: string;
  readonly postedMs: number | undefined;
  readonly installer: boolean;
  /** The macOS of an installer, where the catalogue names it. */
  readonly family: MacosFamily | undefined;
  readonly distUrl: string | undefined;
  readonly packages: readonly { url: string; sizeBytes: number | undefined; sha1: string | undefined }[];
}

/** The catalogue behind `kind: "sucatalog"`. */
export function sucatalogCatalog(options: OptionsOf<"sucatalog">): Catalog {
  return catalogOf(NAME, async function* (context, entries) {
    for (const url of options.urls) yield* listOne({ url, options, context, entries });
  });
}

/** One of the catalogues, and what is needed to read it. */
interface Reading {
  readonly url: string;
  readonly options: OptionsOf<"sucatalog">;
  readonly context: CatalogContext;
  readonly entries: Entries;
}

async function* listOne(reading: Reading): AsyncIterable<Asset> {
  const { options, context, entries } = reading;
  const unread: string[] = [];
  const titledOf = async (product: Product) => {
    const wanted = options.titles === "all" || (options.titles === "installers" && product.installer);
    return { product, title: wanted ? await readTitle(product, reading) : UNTITLED };
  };
  const titled = pMapIterable(readProducts(reading), titledOf, { concurrency: options.concurrency });
  for await (const { product, title } of titled) {
    if (options.excludeTitles.some((part) => title.title?.includes(part) === true)) continue;
    if (title.unread !== undefined) unread.push(`${product.id}: ${title.unread}`);
    yield* productAssets(product, title, entries);
  }
  if (unread.length > 0) {
    context.log.info("products have no title that can be read", { products: unread.length, first: unread[0] });
  }
}

async function* readProducts({ url, options, context, entries }: Reading): AsyncIterable<Product> {
  const after = options.postedAfter === undefined ? undefined : Date.parse(options.postedAfter);
  const document = await context.fetch.open({ url, kind: "plist", maxBytes: options.maxBytes });
  for await (const { key, value } of readPlistEntries(document.read(), { path: ["Products"], what: url, only: KEYS })) {
    context.signal.throwIfAborted();
    const place = `Products.${key}`;
    const product = entries.read(place, () => parseProduct(String(key), new Shape(value, url, place)));
    if (product === undefined) continue;
    if (after !== undefined && product.postedMs !== undefined && product.postedMs < after) continue;
    yield product;
  }
}

/** One product. @throws LarderError `SHAPE_WRONG` */
function parseProduct(id: string, product: Shape): Product {
  const packages = product
    .expectOneOf("Packages", "PostDate")
    .get("Packages")
    .items()
    .map((item) => ({
      url: item.get("URL").text(),
      sizeBytes: item.get("Size").optionalCount(),
      sha1: item.get("Digest").optionalText(),
    }));
  const identifiers = product.get("ExtendedMetaInfo").get("InstallAssistantPackageIdentifiers");
  return {
    id,
    postedMs: product.get("PostDate").optionalTime(),
    installer: packages.some((item) => INSTALLER.test(item.url)),
    family: macosFamily(identifiers.get("SharedSupport").optionalText()),
    distUrl:
      product.get("Distributions").get("English").optionalText() ??
      product.get("Distributions").get("en").optionalText(),
    packages,
  };
}

/** The title of a product. One that cannot be had costs the title only. */
async function readTitle(product: Product, { url, context }: Reading): Promise<Title> {
  if (product.distUrl === undefined) return { ...UNTITLED, unread: "the catalogue names no .dist of it" };
  try {
    // The address of a .dist changes with its text, so a copy never grows old.
    const request = {
      url: product.distUrl,
      rule: { hosts: context.hosts, foundIn: url },
      kind: "xml",
      maxBytes: DIST_MAX_BYTES,
      freshMs: Number.POSITIVE_INFINITY,
    } as const;
    const document = await context.fetch.open(request);
    const { readDistTitle } = await import("./dist-title.ts");
    const title = await readDistTitle(document.read(), product.distUrl);
    const empty = title.title === undefined && title.version === undefined;
    return empty ? { ...title, unread: "its .dist holds neither title nor version" } : title;
  } catch (error) {
    if (context.signal.aborted) throw error;
    return { ...UNTITLED, unread: errorText(error) };
  }
}

function* productAssets(product: Product, title: Title, entries: Entries): Iterable<Asset> {
  const place = `Products.${product.id}`;
  const words = titleWords(product, title);
  const beta = /\b(?:beta|seed)\b/i.test(title.title ?? "") || product.family?.seed === true;
  for (const item of product.packages) {
    const file = item.url.slice(item.url.lastIndexOf("/") + 1);
    const asset = entries.read(place, () =>
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
        ...(title.unread === undefined ? {} : { unread: title.unread }),
        ...systemOf(product, title),
      }),
    );
    if (asset !== undefined) yield asset;
  }
}

/** The macOS of an installer whose version is not known, by what the catalogue itself names. */
function systemOf(product: Product, title: Title): { system?: string } {
  if (title.version !== undefined) return {};
  const old = product.packages.some(({ url }) => OLD_INSTALLER.test(url)) ? "10" : undefined;
  const system = product.family?.major ?? product.family?.name ?? old;
  return system === undefined ? {} : { system };
}

function titleWords({ id, family }: Product, { title, version }: Title): string {
  if (title !== undefined) return version === undefined || title.includes(version) ? title : `${title} ${version}`;
  if (version !== undefined) return `${family?.name ?? id} ${version}`;
  return family === undefined ? id : `${family.name} (${id})`;
}
