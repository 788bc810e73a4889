/**
 * A plan somebody made before: ours (`larder precache plan --json`) or Jamf Preheat's.
 *
 * @module
 */

import type { Shape } from "../untrusted/untrusted.ts";
import { parseJson, readBytes } from "../untrusted/untrusted.ts";
import { ASSET_GROUPS, type Asset, type AssetGroup } from "../words/asset.ts";
import { groupOf } from "../words/model.ts";
import { digestOf, draftAsset, updateTitle } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { catalogOf, type Entries } from "./entries.ts";
import type { OptionsOf } from "./options.ts";

const NAME = "plan-file";

/** Groups by Preheat's `platform`. */
const PLATFORMS: Readonly<Record<string, AssetGroup>> = {
  mac: "Mac",
  ios: "iPhone",
  ipados: "iPad",
  tvos: "AppleTV",
  visionos: "Vision",
  watchos: "Watch",
  installer: "installer",
};

/** The catalogue behind `kind: "plan-file"`. */
export function planFileCatalog(options: OptionsOf<"plan-file">): Catalog {
  return catalogOf(NAME, (context, entries) => list(options, context, entries));
}

async function* list(options: OptionsOf<"plan-file">, context: CatalogContext, entries: Entries): AsyncIterable<Asset> {
  context.signal.throwIfAborted();
  const document = await context.fetch.open({ url: options.url, kind: "json", maxBytes: options.maxBytes });
  yield* planAssets(parseJson(await readBytes(document.read()), options.url), entries);
}

/** The assets of a plan: `items[].asset` is ours, `assets[]` is Preheat's; the decisions in it are not taken over. */
export function* planAssets(plan: Shape, entries: Entries): Iterable<Asset> {
  const read = (entry: Shape, parse: (entry: Shape) => Asset) => {
    const asset = entries.read(entry.place, () => parse(entry));
    return asset === undefined ? [] : [asset];
  };
  plan.expectOneOf("items", "assets");
  for (const item of plan.get("items").items()) yield* read(item.get("asset"), ourAsset);
  for (const entry of plan.get("assets").items()) yield* read(entry, preheatAsset);
}

function ourAsset(entry: Shape): Asset {
  const digest = entry.get("digest");
  const group = entry.get("group").text();
  const product = entry.get("product").optionalText();
  const known = ASSET_GROUPS.find((name) => name === group);
  if (known === undefined) throw entry.get("group").wrong(`one of ${ASSET_GROUPS.join(", ")}`);
  return draftAsset({
    url: entry.get("url").text(),
    group: known,
    title: entry.get("title").text(),
    sizeBytes: entry.get("sizeBytes").optionalCount(),
    digest: digest.missing ? undefined : digestOf(digest.get("algorithm").text(), digest.get("hex").text()),
    version: entry.get("version").optionalText(),
    build: entry.get("build").optionalText(),
    models: entry.get("models").texts(),
    fromBuilds: fromBuildsOf(entry),
    firmware: entry.get("firmware").optionalFlag() ?? false,
    beta: entry.get("beta").optionalFlag() ?? false,
    // plans of version 0.1 wrote milliseconds
    postedMs: entry.get("posted").optionalTime() ?? entry.get("postedMs").optionalCount(),
    ...(product === undefined ? {} : { product }),
    catalog: NAME,
  });
}

/** Plans of version 0.1 wrote the first build alone. */
function fromBuildsOf(entry: Shape): string[] {
  const all = entry.get("fromBuilds").texts();
  return all.length > 0 ? all : entry.get("fromBuild").texts();
}

function preheatAsset(entry: Shape): Asset {
  const platform = entry.get("platform").optionalText()?.toLowerCase() ?? "";
  const model = entry.get("model").optionalText();
  const version = entry.get("to_version").optionalText();
  const fromBuilds = entry.get("from_build").texts();
  const models = model === undefined ? [] : model.split(/\s*[;/]\s*|\s+/).filter((name) => name !== "");
  return draftAsset({
    url: entry.get("url").text(),
    group: PLATFORMS[platform] ?? (models[0] === undefined ? "other" : groupOf(models[0])),
    title: updateTitle({ system: platform || "update", version: version ?? "", models, fromBuilds }),
    sizeBytes: entry.get("size").optionalCount(),
    version,
    build: entry.get("to_build").optionalText(),
    models,
    fromBuilds: isFull(entry) ? [] : fromBuilds,
    catalog: NAME,
  });
}

/** Preheat names the build a device has; no key says whether the file is a delta from it: only the address does. */
function isFull(entry: Shape): boolean {
  return /InstallAssistant\.pkg$|\.ipsw$/i.test(entry.get("url").text());
}
