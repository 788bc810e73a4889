/**
 * What an admin chose by name: groups, models to restore, apps, updates, versions. Pure.
 *
 * @module
 */
import { type Asset, type AssetGroup, DEVICE_GROUPS } from "./asset.ts";
import { matchesModel } from "./model.ts";
import { compareVersions, matchesVersion, plainVersion } from "./os-version.ts";

/** What is wanted besides what devices wait for. Empty lists choose nothing. */
export interface AssetChoice {
  /** Whole groups. */
  readonly groups: readonly AssetGroup[];
  /** Models (`iPad6,8`), families or groups whose firmware is kept on disk. */
  readonly firmware: readonly string[];
  /** Apps and installers by name (`Keynote`, `macOS Sonoma`). */
  readonly apps: readonly string[];
  /** Products of the software update catalogue: an id, or a word of the title. */
  readonly updates: readonly string[];
  /** Catalogues all of whose assets are wanted: lists an admin wrote. */
  readonly wholeCatalogs: readonly string[];
  /** Versions (`26`, `26.6.1`); empty means any. What has no version stays. */
  readonly os: readonly string[];
  /** Of each model and product only the newest version. */
  readonly newestOnly: boolean;
  readonly betas: boolean;
  /** Titles that hold one of these are left out. */
  readonly exclude: readonly string[];
}

/** A choice that takes everything devices wait for and nothing else. */
export const NO_CHOICE: AssetChoice = {
  groups: [],
  firmware: [],
  apps: [],
  updates: [],
  wholeCatalogs: [],
  os: [],
  newestOnly: false,
  betas: false,
  exclude: [],
};

/** Whether devices of the asset's group ask for it without being told. */
export function isDeviceAsset(asset: Asset): boolean {
  return (
    !asset.firmware && (DEVICE_GROUPS.includes(asset.group) || (asset.group === "other" && asset.models.length > 0))
  );
}

/** Assets that may be planned at all: no betas, no excluded titles, the versions asked for. */
export function eligibleAssets(assets: readonly Asset[], choice: AssetChoice): Asset[] {
  const excluded = choice.exclude.map((word) => word.toLowerCase());
  return assets.filter((asset) => {
    if (asset.beta && !choice.betas) return false;
    if (excluded.some((word) => asset.title.toLowerCase().includes(word))) return false;
    const { version } = asset;
    return choice.os.length === 0 || version === undefined || choice.os.some((want) => matchesVersion(want, version));
  });
}

/** The assets that are the newest of at least one of their models, or of their product. */
export function newestAssets(assets: readonly Asset[]): Set<Asset> {
  const newest = new Map<string, Asset>();
  for (const asset of assets) {
    for (const series of seriesOf(asset)) {
      const known = newest.get(series);
      if (known === undefined || compareAge(asset, known) > 0) newest.set(series, asset);
    }
  }
  return new Set(
    assets.filter((asset) =>
      seriesOf(asset).some((series) => {
        const best = newest.get(series);
        return best !== undefined && compareAge(asset, best) === 0;
      }),
    ),
  );
}

/** Why an asset was asked for by name, or undefined when it was not. */
export function chosenBecause(asset: Asset, choice: AssetChoice): string | undefined {
  const list = choice.wholeCatalogs.find((name) => asset.catalogs.includes(name));
  if (list !== undefined) return `named in the ${list}`;
  if (asset.firmware) {
    const models = choice.firmware.filter((want) => asset.models.some((model) => matchesModel(want, model)));
    if (models.length > 0) return `firmware of ${models.slice(0, 3).join(", ")}`;
    return choice.groups.includes("firmware") ? "group firmware" : undefined;
  }
  const app = choice.apps.find((name) => isApp(asset) && namesProduct(name, asset));
  if (app !== undefined) return `app ${app}`;
  const update = choice.updates.find((word) => isUpdate(asset) && namesProduct(word, asset, true));
  if (update !== undefined) return `update ${update}`;
  return choice.groups.includes(asset.group) ? `group ${asset.group}` : undefined;
}

function isApp({ group }: Asset): boolean {
  return group === "app" || group === "installer";
}

function isUpdate({ group }: Asset): boolean {
  return group === "sucatalog" || group === "installer";
}

/** A product by its id, its whole name or (with `part`) any words of its title; spaces and case do not count. */
function namesProduct(name: string, asset: Asset, part = false): boolean {
  const want = squeezed(name);
  if (want === "") return false;
  const title = squeezed(asset.title);
  if (asset.product !== undefined && squeezed(asset.product) === want) return true;
  if (asset.url.toLowerCase().includes(`/${name.toLowerCase()}/`)) return true;
  // after a whole name only a version may come, and the package of a product: `macOS Sonoma 14.1: MajorOSInfo.pkg`
  return part ? title.includes(want) : new RegExp(`^${escapeRegExp(want)}(?:[\\d.(][^:]*)?(?::.*)?$`).test(title);
}

function squeezed(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, "");
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** What an asset is one version of: each of its models, or its product's name without numbers. */
function seriesOf(asset: Asset): string[] {
  // what has no version is compared by its date, and only with its like
  const kind = `${asset.group}/${asset.firmware ? "firmware" : ""}/${asset.version === undefined ? "dated" : ""}`;
  if (asset.models.length > 0) return asset.models.map((model) => `${kind}/${model}`);
  return [
    `${kind}/${asset.title
      .replaceAll(/[\d.()]+/g, "")
      .replaceAll(/\s+/g, " ")
      .trim()
      .toLowerCase()}`,
  ];
}

function compareAge(a: Asset, b: Asset): number {
  if (a.version !== undefined && b.version !== undefined) {
    return compareVersions(plainVersion(a.version), plainVersion(b.version));
  }
  return (a.postedMs ?? 0) - (b.postedMs ?? 0);
}
