/**
 * gdmf v2/pmv: the newest versions of every system, without addresses.
 *
 * Its traps: the iOS list also holds Apple TV, Watch and HomePod, so devices decide the group, not the key; Macs are listed
 * by board; one version may have several builds; lists are not sorted; a copy kept by others wraps the answer in `data`.
 *
 * @module
 */
import type { AssetGroup, Release } from "../asset.ts";
import { groupOf } from "../model.ts";
import type { OptionsOf } from "../options-catalogs.ts";
import { parseJson, readBytes } from "../parse-json.ts";
import type { Shape } from "../shape.ts";
import { readEntry } from "./asset-draft.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { trusting } from "./extra-ca.ts";

const NAME = "pmv";
const SETS = ["PublicAssetSets", "AssetSets", "PublicBackgroundSecurityImprovements"] as const;
const GROUPS: Readonly<Record<string, AssetGroup>> = { macOS: "Mac", visionOS: "Vision" };

/** The catalogue behind `kind: "pmv"`: releases only, no assets. */
export function pmvCatalog(options: OptionsOf<"pmv">): Catalog {
  return {
    name: NAME,
    async *list() {},
    releases: (context) => releases(options, context),
  };
}

async function* releases(options: OptionsOf<"pmv">, context: CatalogContext): AsyncIterable<Release> {
  const dispatcher = await trusting(options.caFile);
  try {
    const request = { url: options.url, kind: "json", maxBytes: options.maxBytes } as const;
    const document = await context.fetch.open(dispatcher === undefined ? request : { ...request, dispatcher });
    yield* parsePmv(parseJson(await readBytes(document.read()), options.url), context);
  } finally {
    await dispatcher?.close();
  }
}

/** Every release of an answer; the same version and build may stand in more than one set. */
export function* parsePmv(answer: Shape, context: Pick<CatalogContext, "log">): Iterable<Release> {
  const top = answer.get("data").missing ? answer : answer.get("data");
  top.expectOneOf(...SETS);
  for (const set of SETS) {
    for (const [system, list] of top.get(set).entries()) {
      for (const entry of list.items()) {
        const release = readEntry(NAME, entry.place, context.log, () => parseRelease(system, entry));
        if (release !== undefined) yield release;
      }
    }
  }
}

function parseRelease(system: string, entry: Shape): Release {
  const models = entry.get("SupportedDevices").texts();
  const extra = entry.get("ProductVersionExtra").optionalText();
  const version = entry.get("ProductVersion").text();
  return {
    group: GROUPS[system] ?? (models[0] === undefined ? "other" : groupOf(models[0])),
    version: extra === undefined ? version : `${version} ${extra}`,
    build: entry.get("Build").text(),
    models,
    fromBuild: entry.get("PrerequisiteBuild").optionalText(),
    beta: false,
    postedMs: entry.get("PostingDate").optionalTime(),
    catalog: NAME,
  };
}
