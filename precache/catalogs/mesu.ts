/**
 * mesu SoftwareUpdate XML: over-the-air updates up to 2015 or so, kept for old devices. Apple no longer adds to it.
 *
 * Its traps: the address is base + path, glued; 81 entries of the iOS feed name a shared 1,261-byte stand-in and hide the
 * real file in `RealUpdateAttributes`; full images of later feeds carry the version `9.9.<version>`.
 *
 * @module
 */

import { Shape } from "../untrusted/untrusted.ts";
import type { Asset } from "../words/asset.ts";
import { plainVersion } from "../words/os-version.ts";
import { digestOf, draftAsset, updateTitle } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { catalogOf, type Entries } from "./entries.ts";
import type { OptionsOf } from "./options.ts";
import { readPlistEntries } from "./plist/plist.ts";

const NAME = "mesu";
/** What is read of an entry; most of it is for the installer. */
const KEYS = [
  "Build",
  "OSVersion",
  "PrerequisiteBuild",
  "ReleaseType",
  "SUProductSystemName",
  "SupportedDevices",
  "_DownloadSize",
  "_Measurement",
  "_MeasurementAlgorithm",
  "__BaseURL",
  "__RelativePath",
  "__CanUseLocalCacheServer",
  "RealUpdateAttributes",
  "RealUpdateURL",
  "RealUpdateDownloadSize",
  "RealUpdateMeasurement",
];

/** The catalogue behind `kind: "mesu"`. */
export function mesuCatalog(options: OptionsOf<"mesu">): Catalog {
  return catalogOf(NAME, (context, entries) => list(options, context, entries));
}

async function* list(options: OptionsOf<"mesu">, context: CatalogContext, entries: Entries): AsyncIterable<Asset> {
  for (const feed of options.feeds) {
    const url = `${options.base}${feed}`;
    const document = await context.fetch.open({ url, kind: "plist", maxBytes: options.maxBytes });
    for await (const entry of readPlistEntries(document.read(), { path: ["Assets"], what: url, only: KEYS })) {
      context.signal.throwIfAborted();
      const place = `line ${entry.line}`;
      const asset = entries.read(place, () => mesuAsset(new Shape(entry.value, url, `Assets[${entry.key}]`)));
      if (asset !== undefined) yield asset;
    }
  }
}

/** The asset of one entry; undefined when Apple says that no cache may hold it. */
export function mesuAsset(entry: Shape): Asset | undefined {
  if (entry.get("__CanUseLocalCacheServer").optionalFlag() === false) return undefined;
  const real = entry.get("RealUpdateAttributes");
  const file = real.get("RealUpdateURL").missing ? listedFile(entry) : realFile(entry, real);
  const models = entry.get("SupportedDevices").texts();
  const version = plainVersion(entry.get("OSVersion").text());
  const fromBuilds = entry.get("PrerequisiteBuild").texts();
  const system = entry.get("SUProductSystemName").optionalText() ?? "iOS";
  return draftAsset({
    ...file,
    title: updateTitle({ system, version, models, fromBuilds }),
    version,
    build: entry.get("Build").text(),
    models,
    fromBuilds,
    beta: entry.get("ReleaseType").optionalText() === "Beta",
    catalog: NAME,
  });
}

function listedFile(entry: Shape) {
  return {
    url: entry.get("__BaseURL").text() + entry.get("__RelativePath").text(),
    sizeBytes: entry.get("_DownloadSize").optionalCount(),
    digest: digestOf(algorithmOf(entry), entry.get("_Measurement").optionalBytes()),
  };
}

function realFile(entry: Shape, real: Shape) {
  return {
    url: real.get("RealUpdateURL").text(),
    sizeBytes: real.get("RealUpdateDownloadSize").optionalCount(),
    digest: digestOf(algorithmOf(entry), real.get("RealUpdateMeasurement").optionalBytes()),
  };
}

function algorithmOf(entry: Shape): string {
  return entry.get("_MeasurementAlgorithm").optionalText() ?? "SHA-1";
}
