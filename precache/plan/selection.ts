/**
 * What the options ask for, in the words of the plan, and which catalogues that needs. Pure.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { type CatalogKind, type CatalogOptions, catalogOptions } from "../catalogs/options.ts";
import type { PrecacheOptions } from "../options.ts";
import { type Asset, DEVICE_GROUPS, type DeviceCount } from "../words/asset.ts";
import { isModel, matchesModel, plainModel } from "../words/model.ts";
import { type AssetChoice, chosenBecause, isDeviceAsset, mayBeNamed } from "./asset-choice.ts";

/** Lists an admin wrote: everything in them is wanted. */
const LISTS: readonly CatalogKind[] = ["url-list", "plan-file"];

/** The choice of assets by name. */
export function choiceOf(options: PrecacheOptions): AssetChoice {
  return {
    groups: options.groups,
    firmware: options.firmware.models,
    apps: options.apps,
    updates: options.updates,
    wholeCatalogs: LISTS.filter((kind) => options.catalogs.some((catalog) => catalog.kind === kind)),
    os: options.os,
    newestOnly: options.newestOnly,
    betas: options.betas,
    exclude: options.exclude,
  };
}

/** Whether anything is asked for at all. */
export function wantsAnything(options: PrecacheOptions): boolean {
  const { groups, firmware, apps, updates, models, devices } = options;
  const named = [groups, firmware.models, apps, updates, models, devices].some((list) => list.length > 0);
  return named || choiceOf(options).wholeCatalogs.length > 0;
}

/** Whether anything is asked for that needs no inventory. */
export function wantsBesideInventories(options: PrecacheOptions): boolean {
  return wantsAnything({ ...options, devices: [] });
}

/** A list of addresses an admin wrote: everything in it is wanted. */
export function isAdminsList(kind: CatalogKind): boolean {
  return LISTS.includes(kind);
}

/**
 * Which assets may be planned for these wants and devices, whatever other catalogues say of them: the rest need not be
 * kept. It takes more than the plan will, never less.
 */
export function mayBeWanted(options: PrecacheOptions, devices: readonly DeviceCount[]): (asset: Asset) => boolean {
  const choice = choiceOf(options);
  const models = new Set(devices.map(({ model }) => plainModel(model).toLowerCase()));
  const families = [...models].filter((model) => !isModel(model));
  const isFor = (model: string): boolean =>
    models.has(plainModel(model).toLowerCase()) || families.some((family) => matchesModel(family, model));
  return (asset) => {
    if (isDeviceAsset(asset) && models.size > 0 && (asset.models.length === 0 || asset.models.some(isFor))) return true;
    return chosenBecause(asset, choice) !== undefined || mayBeNamed(asset, choice);
  };
}

/** @throws LarderError `CONFIG_NOTHING_WANTED` when the options ask for nothing. */
export function requireWants(options: PrecacheOptions): void {
  if (wantsAnything(options)) return;
  throw new LarderError(
    "Cannot plan: nothing is asked for, neither devices nor models, groups, updates, apps or a list",
    {
      code: "CONFIG_NOTHING_WANTED",
      state: "nothing was fetched",
      next: "larder precache plan --model iPad6,8 --group installer, or name an inventory under precache.devices",
    },
  );
}

/** What a catalogue can be asked for, and the kinds that answer it; the first is the one we choose. */
const ROLES: readonly {
  readonly kinds: readonly CatalogKind[];
  readonly needed: (options: PrecacheOptions) => boolean;
  readonly chosen: (options: PrecacheOptions) => unknown;
}[] = [
  {
    kinds: ["pallas", "appledb", "mesu"],
    needed: ({ models, devices, groups }) =>
      models.length > 0 || devices.length > 0 || groups.some((group) => DEVICE_GROUPS.includes(group)),
    chosen: () => ({ kind: "pallas" }),
  },
  {
    kinds: ["sucatalog", "sofa"],
    needed: ({ groups, updates, apps }) =>
      updates.length > 0 || apps.length > 0 || groups.includes("installer") || groups.includes("sucatalog"),
    chosen: ({ updates, groups }) => ({
      kind: "sucatalog",
      titles: updates.length > 0 || groups.includes("sucatalog") ? "all" : "installers",
    }),
  },
  {
    kinds: ["apps-list"],
    needed: ({ apps, groups }) => apps.length > 0 || groups.includes("app"),
    chosen: () => ({ kind: "apps-list" }),
  },
  {
    kinds: ["firmware"],
    needed: ({ firmware, groups }) => firmware.models.length > 0 || groups.includes("firmware"),
    chosen: () => ({ kind: "firmware" }),
  },
];

/** The catalogues of the options, and beside them those that what is wanted needs and nobody named. */
export function catalogsFor(options: PrecacheOptions): CatalogOptions[] {
  const named = options.catalogs;
  const added = ROLES.filter(
    ({ kinds, needed }) => needed(options) && !named.some(({ kind }) => kinds.includes(kind)),
  ).map(({ chosen }) => catalogOptions.parse(chosen(options)));
  return [...named, ...added];
}

/** The devices a catalogue is asked about: the counted ones and the groups by name; firmware has models of its own. */
export function devicesFor(
  kind: CatalogKind,
  options: PrecacheOptions,
  counted: readonly DeviceCount[],
): readonly DeviceCount[] {
  const named = (model: string): DeviceCount => ({ model, os: undefined, build: undefined, count: 0 });
  if (kind === "firmware") return options.groups.includes("firmware") ? [] : options.firmware.models.map(named);
  return [...counted, ...options.groups.filter((group) => DEVICE_GROUPS.includes(group)).map(named)];
}
