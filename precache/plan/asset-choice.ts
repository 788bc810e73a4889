/**
 * What an admin chose by name: groups, models to restore, apps, updates, versions. Pure.
 *
 * @module
 */
import { type Asset, type AssetGroup, DEVICE_GROUPS } from "../words/asset.ts";
import { matchesModel } from "../words/model.ts";

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
  /** Versions (`26`, `26.6.1`); empty means any. */
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

/** Whether devices of the asset's group ask for it on their own. */
export function isDeviceAsset(asset: Asset): boolean {
  return (
    !asset.firmware && (DEVICE_GROUPS.includes(asset.group) || (asset.group === "other" && asset.models.length > 0))
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

/** Whether it may be one that was asked for by name, were its title known. */
export function mayBeNamed(asset: Asset, choice: AssetChoice): boolean {
  if (asset.unread === undefined || asset.firmware) return false;
  // `macOS Sonoma (042-1): InstallAssistant.pkg`: the catalogue names the macOS, its version is not known
  const known = asset.system === undefined ? "" : squeezed(/(.*) \(/.exec(asset.title)?.[1] ?? "");
  const mayBe = (name: string) => squeezed(name).startsWith(known);
  return (isApp(asset) && choice.apps.some(mayBe)) || (isUpdate(asset) && choice.updates.some(mayBe));
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
  return text.toLowerCase().replaceAll(/\s/g, "");
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
