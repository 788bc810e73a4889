/**
 * Firmware (IPSW) for a computer to restore devices from.
 *
 * Three places: mesu's list for Macs with Apple silicon, iTunes' list for everything else (the one Apple Configurator
 * reads), and ipsw.me, asked model by model. The first two have one form: models, builds below them, `Restore` below those.
 *
 * @module
 */

import { parseJson, readBytes, Shape } from "../untrusted/untrusted.ts";
import type { Asset } from "../words/asset.ts";
import { isModel, matchesModel, plainModel } from "../words/model.ts";
import { digestOf, draftAsset, firmwareTitle } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { catalogOf, type Entries } from "./entries.ts";
import type { OptionsOf } from "./options.ts";
import { readPlistEntries } from "./plist/plist.ts";

const NAME = "firmware";

/** The catalogue behind `kind: "firmware"`. */
export function firmwareCatalog(options: OptionsOf<"firmware">): Catalog {
  return catalogOf(NAME, (context, entries) => list(options, context, entries));
}

async function* list(options: OptionsOf<"firmware">, context: CatalogContext, entries: Entries): AsyncIterable<Asset> {
  if (options.from.includes("macos")) yield* listVersionPlist(options.macosUrl, options, context, entries);
  if (options.from.includes("itunes")) yield* listVersionPlist(options.itunesUrl, options, context, entries);
  if (options.from.includes("ipsw.me")) yield* listIpswMe(options, context, entries);
}

async function* listVersionPlist(
  url: string,
  options: OptionsOf<"firmware">,
  context: CatalogContext,
  entries: Entries,
): AsyncIterable<Asset> {
  const document = await context.fetch.open({ url, kind: "plist", maxBytes: options.maxBytes });
  const path = ["MobileDeviceSoftwareVersionsByVersion"];
  for await (const { key, value } of readPlistEntries(document.read(), { path, what: url })) {
    context.signal.throwIfAborted();
    const models = new Shape(value, url, String(key)).get("MobileDeviceSoftwareVersions");
    const read = entries.enter(String(key), () => models.entries()) ?? [];
    for (const [model, builds] of read) yield* modelFirmware(model, builds, entries);
  }
}

/** All firmware of one model. `Unknown` is a key beside the builds: what a device of unknown build is given. */
function* modelFirmware(model: string, builds: Shape, entries: Entries): Iterable<Asset> {
  for (const [build, below] of entries.enter(builds.place, () => builds.entries()) ?? []) {
    const restore = build === "Unknown" ? below.get("Universal").get("Restore") : below.get("Restore");
    if (restore.missing) continue;
    const asset = entries.read(restore.place, () => restoreAsset(model, restore));
    if (asset !== undefined) yield asset;
  }
}

function restoreAsset(model: string, restore: Shape): Asset {
  const version = restore.get("ProductVersion").text();
  const build = restore.get("BuildVersion").text();
  return draftAsset({
    url: restore.get("FirmwareURL").text(),
    title: firmwareTitle(version, [model]),
    digest: digestOf("sha1", restore.get("FirmwareSHA1").optionalText()),
    group: "firmware",
    version,
    build,
    models: [model],
    firmware: true,
    catalog: NAME,
  });
}

async function* listIpswMe(
  options: OptionsOf<"firmware">,
  context: CatalogContext,
  entries: Entries,
): AsyncIterable<Asset> {
  for (const model of await modelsToAsk(options, context)) {
    const url = `${options.ipswMeBase}device/${encodeURIComponent(model)}?type=ipsw`;
    const document = await context.fetch.open({ url, kind: "json", maxBytes: options.maxBytes });
    const answer = parseJson(await readBytes(document.read()), url);
    for (const entry of answer.expectOneOf("firmwares").get("firmwares").items()) {
      const asset = entries.read(entry.place, () => ipswMeAsset(model, entry, options.signedOnly));
      if (asset !== undefined) yield asset;
    }
  }
}

/** The models wanted, or every model the service knows when none is; a family asks for all of its models. */
async function modelsToAsk(options: OptionsOf<"firmware">, context: CatalogContext): Promise<string[]> {
  const wanted = context.devices.map((device) => device.model);
  if (wanted.length > 0 && wanted.every(isModel)) return [...new Set(wanted.map(plainModel))];
  const url = `${options.ipswMeBase}devices`;
  const document = await context.fetch.open({ url, kind: "json", maxBytes: options.maxBytes });
  const known = parseJson(await readBytes(document.read()), url)
    .items()
    .map((item) => item.get("identifier").text());
  return wanted.length === 0 ? known : known.filter((model) => wanted.some((want) => matchesModel(want, model)));
}

/** One firmware of ipsw.me (`firmwares[]`), or undefined when only signed ones are wanted and this is not. */
function ipswMeAsset(model: string, entry: Shape, signedOnly: boolean): Asset | undefined {
  if (signedOnly && entry.get("signed").optionalFlag() !== true) return undefined;
  const version = entry.get("version").text();
  const build = entry.get("buildid").text();
  return draftAsset({
    url: entry.get("url").text(),
    title: firmwareTitle(version, [model]),
    sizeBytes: entry.get("filesize").optionalCount(),
    digest: digestOf("sha1", entry.get("sha1sum").optionalText()),
    group: "firmware",
    version,
    build,
    models: [model],
    firmware: true,
    postedMs: entry.get("releasedate").optionalTime(),
    catalog: NAME,
  });
}
