/**
 * What passes the filters of a choice (versions, the newest only, no betas, excluded titles), and what cannot be judged. Pure.
 *
 * A filter lets nothing through that it could not read: an installer whose version is unknown is not taken for the newest
 * one, nor for one that is not a beta. What the lists of an admin name by address is taken as it is, unless a catalogue knows
 * better.
 *
 * @module
 */
import type { Asset } from "../words/asset.ts";
import { matchesVersion, plainVersion } from "../words/os-version.ts";
import { Newest } from "../words/release-order.ts";
import type { AssetChoice } from "./asset-choice.ts";

/** The assets in three parts; those not in one of these were judged and are not wanted. */
export interface Judged {
  readonly eligible: readonly Asset[];
  /** What could not be judged, with the reason: `its version is unknown, and only some are wanted`. */
  readonly unjudged: ReadonlyMap<Asset, string>;
}

const UNKNOWN = {
  version: "version unknown, and only some are wanted",
  newest: "version unknown, and only the newest is wanted",
  beta: "title unread, so it may be a beta",
  title: "title unread, and some are excluded",
} as const;

/** Judges all assets by all filters of the choice. */
export function judgeAssets(assets: readonly Asset[], choice: AssetChoice): Judged {
  const unjudged = new Map<Asset, string>();
  const eligible: Asset[] = [];
  const newest = choice.newestOnly ? new NewestOf() : undefined;
  for (const asset of assets) {
    const verdict = judge(asset, choice);
    if (verdict === "out") continue;
    if (verdict === "in") eligible.push(asset);
    else unjudged.set(asset, verdict);
  }
  if (newest === undefined) return { eligible, unjudged };
  for (const asset of eligible) newest.add(asset);
  const kept = eligible.filter((asset) => {
    const verdict = newest.judge(asset, isListed(asset, choice));
    if (verdict !== "in" && verdict !== "out") unjudged.set(asset, verdict);
    return verdict === "in";
  });
  return { eligible: kept, unjudged };
}

/** The filters that need one asset only. What is surely not wanted is out, whatever else is unknown. */
function judge(asset: Asset, choice: AssetChoice): "in" | "out" | string {
  const title = asset.title.toLowerCase();
  if (asset.beta && !choice.betas) return "out";
  if (choice.exclude.some((word) => title.includes(word.toLowerCase()))) return "out";
  const version = versionVerdict(asset, choice.os);
  if (version === "out" || isListed(asset, choice)) return version === "out" ? "out" : "in";
  if (version !== "in") return version;
  if (asset.unread === undefined) return "in";
  if (!choice.betas && asset.system === undefined) return UNKNOWN.beta;
  return choice.exclude.length > 0 ? UNKNOWN.title : "in";
}

function versionVerdict({ version, system }: Asset, wanted: readonly string[]): "in" | "out" | string {
  if (wanted.length === 0) return "in";
  if (version !== undefined) return wanted.some((want) => matchesVersion(want, version)) ? "in" : "out";
  if (system === undefined || !/^\d+$/.test(system)) return UNKNOWN.version;
  const ofSystem = wanted.map(plainVersion).filter((want) => want.split(".")[0] === system);
  if (ofSystem.length === 0) return "out";
  return ofSystem.includes(system) ? "in" : UNKNOWN.version;
}

/** An admin's own list names it. */
function isListed({ catalogs }: Asset, { wholeCatalogs }: AssetChoice): boolean {
  return wholeCatalogs.some((name) => catalogs.includes(name));
}

/** The newest of each model and product: by version and build, or by date where versions are not known to exist. */
class NewestOf {
  private readonly versions = new Map<string, Newest>();
  private readonly dates = new Map<string, number>();

  add(asset: Asset): void {
    for (const series of seriesOf(asset)) {
      if (asset.version === undefined) {
        this.dates.set(series, Math.max(this.dates.get(series) ?? 0, asset.postedMs ?? 0));
        continue;
      }
      const newest = this.versions.get(series) ?? new Newest();
      this.versions.set(series, newest);
      newest.add({ version: asset.version, build: asset.build });
    }
  }

  judge(asset: Asset, listed: boolean): "in" | "out" | string {
    const { version, build, postedMs } = asset;
    const series = seriesOf(asset);
    if (version !== undefined) {
      return series.some((name) => this.versions.get(name)?.holds({ version, build })) ? "in" : "out";
    }
    if (isUntitled(asset) && !listed) return UNKNOWN.newest;
    return series.some((name) => this.dates.get(name) === (postedMs ?? 0)) ? "in" : "out";
  }
}

/** Its title is unavailable or unreadable: a number says neither what it is nor how new. */
function isUntitled({ unread, product, title }: Asset): boolean {
  return unread !== undefined || (product !== undefined && title.startsWith(`${product}:`));
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
