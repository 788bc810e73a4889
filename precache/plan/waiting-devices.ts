/**
 * Which assets devices wait for, and how many devices. Pure.
 *
 * A device takes, of each version newer than its own, the delta made for its build, else the full image. A device whose
 * build nobody knows may take the full image or any of the deltas: it is counted for the full image; the deltas are
 * wanted without a count, or left out, as the caller says. Models match exactly, or by a bare family given by hand:
 * `iPad6,1` never takes `iPad6,11`.
 *
 * @module
 */
import { groupBy } from "../../core/group-by.ts";
import type { Asset, DeviceCount } from "../words/asset.ts";
import { groupOf, isModel, matchesModel, plainModel } from "../words/model.ts";
import { isNewerThan, releaseKey, withoutReplaced } from "../words/release-order.ts";
import { isDeviceAsset } from "./asset-choice.ts";

/** `exact`: a device's own delta, every delta where its build is unknown. `all`: every delta. `none`: full images only. */
export type DeltaRule = "exact" | "all" | "none";

/** Why devices want an asset. */
export interface Demand {
  devices: number;
  why: string;
}

/** Assets of device groups, found by model without comparing each with each. */
interface AssetIndex {
  readonly byModel: ReadonlyMap<string, readonly Asset[]>;
  /** Assets that name no model, by group. */
  readonly byGroup: ReadonlyMap<string, readonly Asset[]>;
}

/** Every asset some device waits for. */
export function waitingDevices(
  assets: readonly Asset[],
  devices: readonly DeviceCount[],
  deltas: DeltaRule,
): Map<Asset, Demand> {
  const index = indexAssets(assets.filter(isDeviceAsset));
  const waiting = new Map<Asset, Demand>();
  for (const device of devices) {
    for (const version of byVersion(assetsFor(device, index))) {
      for (const { asset, counts, why } of choose(device, version, deltas)) {
        const entry = waiting.get(asset) ?? { devices: 0, why };
        if (counts) {
          entry.devices += device.count;
          entry.why = why;
        }
        waiting.set(asset, entry);
      }
    }
  }
  return waiting;
}

interface Choice {
  readonly asset: Asset;
  /** Whether the device surely asks for this one. */
  readonly counts: boolean;
  readonly why: string;
}

/** What a device takes of the assets of one version. */
function choose(device: DeviceCount, version: readonly Asset[], deltas: DeltaRule): Choice[] {
  const { build } = device;
  const isDelta = (asset: Asset): boolean => asset.fromBuilds.length > 0;
  const delta = build === undefined || deltas === "none" ? [] : version.filter((a) => a.fromBuilds.includes(build));
  const full = version.filter((asset) => !isDelta(asset) && isNewer(asset, device));
  const current = new Set(withoutReplaced([...delta, ...full]));
  const own = delta.filter((asset) => current.has(asset));
  const chosen: Choice[] =
    own.length > 0
      ? own.map((asset) => ({ asset, counts: true, why: "own delta" }))
      : full
          .filter((asset) => current.has(asset))
          .map((asset) => ({
            asset,
            counts: true,
            why: build === undefined ? "full, builds unknown" : "full, no delta",
          }));
  const others = deltas === "all" || (deltas === "exact" && build === undefined) ? version : [];
  const mayTake = withoutReplaced(others).filter(
    (asset) => isDelta(asset) && !own.includes(asset) && isNewer(asset, device),
  );
  return [
    ...chosen,
    ...mayTake.map((asset) => ({
      asset,
      counts: false,
      why: deltas === "all" ? "every delta" : "delta, builds unknown",
    })),
  ];
}

/** False when the device surely has this version, or a newer one. Of one version the later build is newer. */
function isNewer(asset: Asset, device: DeviceCount): boolean {
  if (asset.build !== undefined && asset.build === device.build) return false;
  if (asset.version === undefined || device.os === undefined) return true;
  return isNewerThan({ version: asset.version, build: asset.build }, { version: device.os, build: device.build });
}

function indexAssets(assets: readonly Asset[]): AssetIndex {
  const byModel = new Map<string, Asset[]>();
  const byGroup = new Map<string, Asset[]>();
  for (const asset of assets) {
    const [map, keys] =
      asset.models.length > 0 ? [byModel, new Set(asset.models.map(modelKey))] : [byGroup, [asset.group]];
    for (const key of keys) {
      const list = map.get(key);
      if (list === undefined) map.set(key, [asset]);
      else list.push(asset);
    }
  }
  return { byModel, byGroup };
}

function assetsFor({ model }: DeviceCount, { byModel, byGroup }: AssetIndex): Asset[] {
  const unnamed = byGroup.get(groupOf(model)) ?? [];
  if (isModel(plainModel(model))) return [...(byModel.get(modelKey(model)) ?? []), ...unnamed];
  const named = [...byModel].flatMap(([key, assets]) => (matchesModel(model, key) ? assets : []));
  return [...new Set([...named, ...unnamed])];
}

/** Assets of one version together, its betas too: among them a device chooses. Without version and build each is alone. */
function byVersion(assets: readonly Asset[]): Asset[][] {
  const versions = groupBy(assets, ({ version, build, url }) =>
    version === undefined ? (build ?? url) : releaseKey(version),
  );
  return [...versions.values()];
}

function modelKey(model: string): string {
  return plainModel(model).toLowerCase();
}
