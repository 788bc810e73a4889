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

/** The assets in four parts; those not in one of these were judged and are not wanted. */
export interface Judged {
  readonly eligible: readonly Asset[];
  /** What could not be judged, with the reason: `its version is unknown, and only some are wanted`. */
  readonly unjudged: ReadonlyMap<Asset, string>;
  /** What an admin's own list names and a setting leaves out, with the reason and the key: nobody has to search for it. */
  readonly leftOut: ReadonlyMap<Asset, string>;
}

type Verdict = { readonly is: "in" } | { readonly is: "out" | "unknown"; readonly why: string };

const IN: Verdict = { is: "in" };
const OUT = {
  beta: { is: "out", why: "a beta, betas" },
  version: { is: "out", why: "of another version, os" },
  newest: { is: "out", why: "not the newest, newestOnly" },
} as const satisfies Record<string, Verdict>;
const UNKNOWN = {
  version: { is: "unknown", why: "version unknown, and only some are wanted" },
  newest: { is: "unknown", why: "version unknown, and only the newest is wanted" },
  beta: { is: "unknown", why: "title unread, so it may be a beta" },
  title: { is: "unknown", why: "title unread, and some are excluded" },
} as const satisfies Record<string, Verdict>;

/** Judges all assets by all filters of the choice. */
export function judgeAssets(assets: readonly Asset[], choice: AssetChoice): Judged {
  const unjudged = new Map<Asset, string>();
  const leftOut = new Map<Asset, string>();
  const isEligible = (asset: Asset, verdict: Verdict): boolean => {
    if (verdict.is === "unknown") unjudged.set(asset, verdict.why);
    if (verdict.is === "out" && isListed(asset, choice)) leftOut.set(asset, verdict.why);
    return verdict.is === "in";
  };
  const eligible = assets.filter((asset) => isEligible(asset, judge(asset, choice)));
  if (!choice.newestOnly) return { eligible, unjudged, leftOut };
  const newest = new NewestOf();
  for (const asset of eligible) newest.add(asset);
  const kept = eligible.filter((asset) => isEligible(asset, newest.judge(asset, isListed(asset, choice))));
  return { eligible: kept, unjudged, leftOut };
}

/** The filters that need one asset only. What is surely not wanted is out, whatever else is unknown. */
function judge(asset: Asset, choice: AssetChoice): Verdict {
  const title = asset.title.toLowerCase();
  if (asset.beta && !choice.betas) return OUT.beta;
  const word = choice.exclude.find((each) => title.includes(each.toLowerCase()));
  if (word !== undefined) return { is: "out", why: `its title holds "${word}", exclude` };
  const version = versionVerdict(asset, choice.os);
  if (isListed(asset, choice)) return version.is === "out" ? version : IN;
  if (version.is !== "in") return version;
  if (asset.unread === undefined) return IN;
  if (!choice.betas && asset.system === undefined) return UNKNOWN.beta;
  return choice.exclude.length > 0 ? UNKNOWN.title : IN;
}

function versionVerdict({ version, system }: Asset, wanted: readonly string[]): Verdict {
  if (wanted.length === 0) return IN;
  if (version !== undefined) return wanted.some((want) => matchesVersion(want, version)) ? IN : OUT.version;
  if (system === undefined || !/^\d+$/.test(system)) return UNKNOWN.version;
  const ofSystem = wanted.map(plainVersion).filter((want) => want.split(".")[0] === system);
  if (ofSystem.length === 0) return OUT.version;
  return ofSystem.includes(system) ? IN : UNKNOWN.version;
}

/** An admin's own list names it. */
export function isListed({ catalogs }: Asset, { wholeCatalogs }: AssetChoice): boolean {
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

  judge(asset: Asset, listed: boolean): Verdict {
    const { version, build, postedMs } = asset;
    const series = seriesOf(asset);
    if (version !== undefined) {
      return series.some((name) => this.versions.get(name)?.holds({ version, build })) ? IN : OUT.newest;
    }
    if (isUntitled(asset) && !listed) return UNKNOWN.newest;
    return series.some((name) => this.dates.get(name) === (postedMs ?? 0)) ? IN : OUT.newest;
  }
}

/** Its title is unavailable or unreadable: a number says neither what it is nor how new. */
function isUntitled({ unread, product, title }: Asset): boolean {
  return unread !== undefined || (product !== undefined && title.startsWith(`${product}:`));
}

/** What an asset is one version of: each of its models, or its product's name without numbers. */
function seriesOf(asset: Asset): string[] {
  const kind = `${asset.group}/${asset.firmware ? "firmware" : ""}`;
  if (asset.models.length > 0) return asset.models.map((model) => `${kind}/${model}`);
  return [
    `${kind}/${asset.title
      .replaceAll(/[\d.()]/g, "")
      .replaceAll(/\s+/g, " ")
      .trim()
      .toLowerCase()}`,
  ];
}
