/**
 * SOFA, the admins' own feed: the full macOS installers with their addresses, and the newest firmware of Macs.
 *
 * A feed is recognised by what it holds, so SOFA's smaller files (the list of
 * installers, the list of firmware) can be named as feeds too. `latest_versions` of the latter is stale and not read.
 *
 * @module
 */

import type { Shape } from "../untrusted/untrusted.ts";
import { parseJson, readBytes } from "../untrusted/untrusted.ts";
import type { Asset } from "../words/asset.ts";
import { draftAsset, firmwareTitle } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { catalogOf, type Entries } from "./entries.ts";
import type { OptionsOf } from "./options.ts";

const NAME = "sofa";

/** The catalogue behind `kind: "sofa"`. */
export function sofaCatalog(options: OptionsOf<"sofa">): Catalog {
  return catalogOf(NAME, async function* (context, entries) {
    for await (const feed of readFeeds(options, context)) yield* sofaAssets(feed, entries);
  });
}

async function* readFeeds(options: OptionsOf<"sofa">, context: CatalogContext): AsyncIterable<Shape> {
  for (const name of options.feeds) {
    context.signal.throwIfAborted();
    const url = /^https?:\/\//.test(name) ? name : `${options.base}${name}`;
    const document = await context.fetch.open({ url, kind: "json", maxBytes: options.maxBytes });
    const feed = parseJson(await readBytes(document.read()), url);
    yield feed.expectOneOf("OSVersions", "InstallationApps", "products", "signing_status");
  }
}

/** Installers and firmware of one feed; nothing when it names none. */
function* sofaAssets(feed: Shape, entries: Entries): Iterable<Asset> {
  const apps = feed.get("InstallationApps");
  const read = (entry: Shape, parse: (entry: Shape) => Asset) => {
    const asset = entry.missing ? undefined : entries.read(entry.place, () => parse(entry));
    return asset === undefined ? [] : [asset];
  };
  yield* read(apps.get("LatestUMA"), installerOfFeed);
  for (const entry of apps.get("AllPreviousUMA").items()) yield* read(entry, installerOfFeed);
  yield* read(apps.get("LatestMacIPSW"), macFirmware);
  for (const entry of feed.get("products").items()) yield* read(entry, installerOfList);
  for (const [model, list] of feed.get("signing_status").entries()) {
    for (const entry of list.items()) {
      if (entry.get("signed").optionalFlag() === true) yield* read(entry, (it) => listedFirmware(model, it));
    }
  }
}

function installerOfFeed(entry: Shape): Asset {
  return installer(entry, ["Title", "Version", "Build", "URL", "Size", "PostingDate", "AppleSlug"]);
}

function installerOfList(entry: Shape): Asset {
  return installer(entry, ["title", "version", "build", "download_url", "size", "posting_date", "product_key"]);
}

function installer(entry: Shape, names: readonly [string, string, string, string, string, string, string]): Asset {
  const [title, version, build, url, size, posted, product] = names;
  const about = { version: entry.get(version).text(), build: entry.get(build).text() };
  const key = entry.get(product).optionalText();
  return draftAsset({
    ...about,
    url: entry.get(url).text(),
    title: `${entry.get(title).optionalText() ?? "macOS"} ${about.version}: InstallAssistant.pkg`,
    group: "installer",
    sizeBytes: entry.get(size).optionalCount(),
    postedMs: entry.get(posted).optionalTime(),
    ...(key === undefined ? {} : { product: key }),
    catalog: NAME,
  });
}

function macFirmware(entry: Shape): Asset {
  const version = entry.get("MacOSIPSWVersion").text();
  const build = entry.get("MacOSIPSWBuild").text();
  return draftAsset({
    url: entry.get("MacOSIPSWURL").text(),
    title: `Firmware macOS ${version}`,
    group: "firmware",
    version,
    build,
    firmware: true,
    catalog: NAME,
  });
}

function listedFirmware(model: string, entry: Shape): Asset {
  const version = entry.get("version").text();
  const build = entry.get("buildid").text();
  return draftAsset({
    url: entry.get("url").text(),
    title: firmwareTitle(version, [model]),
    group: "firmware",
    sizeBytes: entry.get("filesize").optionalCount(),
    version,
    build,
    models: [model],
    firmware: true,
    catalog: NAME,
  });
}
