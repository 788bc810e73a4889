/**
 * AppleDB, the community's archive: the same over-the-air files gdmf names, with the build each delta starts from.
 *
 * One file for each system and build; only the newest builds of the systems wanted are read. A source without
 * `prerequisiteBuild` is a full image; a link that is not `active` was withdrawn; device names may carry a suffix.
 *
 * @module
 */

import type { Shape } from "../untrusted/untrusted.ts";
import { parseJson, readBytes } from "../untrusted/untrusted.ts";
import type { Asset, AssetGroup } from "../words/asset.ts";
import { compareBuilds, isBetaBuild } from "../words/build-number.ts";
import { groupOf } from "../words/model.ts";
import { isPrerelease } from "../words/os-version.ts";
import { digestOf, draftAsset, updateTitle } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { catalogOf, type Entries } from "./entries.ts";
import type { OptionsOf } from "./options.ts";

const NAME = "appledb";

/** Systems by the group of a device. An iPad before 2019 ran iOS, so both are asked. */
const SYSTEMS: Partial<Readonly<Record<AssetGroup, readonly string[]>>> = {
  iPhone: ["iOS"],
  iPod: ["iOS"],
  iPad: ["iPadOS", "iOS"],
  Mac: ["macOS"],
  AppleTV: ["tvOS"],
  Watch: ["watchOS"],
  Vision: ["visionOS"],
  AudioAccessory: ["audioOS"],
};

/** What a source is to us; other types (kdk, …) no device asks for. */
const KINDS: Readonly<Record<string, "update" | "firmware" | "installer">> = {
  ota: "update",
  ipsw: "firmware",
  installassistant: "installer",
};

/** The catalogue behind `kind: "appledb"`. */
export function appledbCatalog(options: OptionsOf<"appledb">): Catalog {
  return catalogOf(NAME, (context, entries) => list(options, context, entries));
}

async function* list(options: OptionsOf<"appledb">, context: CatalogContext, entries: Entries): AsyncIterable<Asset> {
  const indexUrl = `${options.base}ios/index.json`;
  const index = await readJson(indexUrl, options, context);
  const builds = index.items().map((item) => item.text());
  for (const system of systemsWanted(options, context)) {
    let taken = 0;
    for (const build of newestBuilds(builds, system, options)) {
      if (taken === options.newest) break;
      context.signal.throwIfAborted();
      const url = `${options.base}ios/${encodeURIComponent(`${system};${build}`)}.json`;
      const release = await readJson(url, options, context);
      if (isBeta(release) && !options.betas) continue;
      taken += 1;
      yield* appledbAssets(release, options, entries);
    }
  }
}

/** Betas and release candidates: by their flags, and by the version's own words, for not every entry has the flags. */
function isBeta(release: Shape): boolean {
  const flagged = ["beta", "rc"].some((flag) => release.get(flag).optionalFlag() === true);
  return flagged || isPrerelease(release.get("version").optionalText() ?? "");
}

async function readJson(url: string, options: OptionsOf<"appledb">, context: CatalogContext): Promise<Shape> {
  const document = await context.fetch.open({ url, kind: "json", maxBytes: options.maxBytes });
  return parseJson(await readBytes(document.read()), url);
}

function systemsWanted(options: OptionsOf<"appledb">, context: CatalogContext): string[] {
  if (options.systems.length > 0) return options.systems;
  const groups = context.devices.map((device) => groupOf(device.model));
  const asked = groups.length > 0 ? groups : (Object.keys(SYSTEMS) as AssetGroup[]);
  return [...new Set(asked.flatMap((group) => SYSTEMS[group] ?? []))];
}

/** Apple's are far shorter. */
const MOST_BUILD_CHARACTERS = 100;

/** Release candidates are numbered as final builds are: so many builds more than are wanted are read at most. */
const MOST_CANDIDATES = 10;

/**
 * The builds of one system out of `iOS;23A341` entries, the newest first: those wanted, and some more, should there be
 * release candidates among them.
 */
export function newestBuilds(
  entries: readonly string[],
  system: string,
  options: { readonly newest: number; readonly betas: boolean },
): string[] {
  return entries
    .filter((entry) => entry.startsWith(`${system};`))
    .map((entry) => entry.slice(system.length + 1))
    .filter((build) => build.length <= MOST_BUILD_CHARACTERS && (options.betas || !isBetaBuild(build)))
    .sort((a, b) => compareBuilds(b, a))
    .slice(0, options.newest + MOST_CANDIDATES);
}

/** The assets of one release: each link of each source that devices or admins fetch. */
export function* appledbAssets(
  release: Shape,
  options: { readonly withdrawn: boolean },
  entries: Entries,
): Iterable<Asset> {
  release.expectOneOf("sources", "osStr");
  for (const source of release.get("sources").items()) {
    const assets = entries.read(source.place, () => sourceAssets(release, source, options.withdrawn));
    if (assets !== undefined) yield* assets;
  }
}

function sourceAssets(release: Shape, source: Shape, withdrawn: boolean): Asset[] {
  const kind = KINDS[source.get("type").text()];
  if (kind === undefined) return [];
  const [system, version, build] = [
    release.get("osStr").text(),
    release.get("version").text(),
    release.get("build").text(),
  ];
  const models = source.get("deviceMap").texts();
  const fromBuilds = source.get("prerequisiteBuild").texts();
  const links = source
    .get("links")
    .items()
    .filter((link) => withdrawn || link.get("active").optionalFlag() !== false);
  return links.map((link) =>
    draftAsset({
      url: link.get("url").text(),
      ...(kind === "update" ? {} : { group: kind }),
      title:
        kind === "firmware"
          ? `Firmware ${updateTitle({ system, version, models })}`
          : updateTitle({ system, version, models, fromBuilds }),
      sizeBytes: source.get("size").optionalCount(),
      digest: digestIn(source.get("hashes")),
      version,
      build,
      models,
      fromBuilds,
      firmware: kind === "firmware",
      beta: isBeta(release),
      postedMs: release.get("released").optionalTime(),
      catalog: NAME,
    }),
  );
}

function digestIn(hashes: Shape) {
  for (const name of ["sha2-256", "sha1", "md5"]) {
    const digest = digestOf(name, hashes.get(name).optionalText());
    if (digest !== undefined) return digest;
  }
  return undefined;
}
