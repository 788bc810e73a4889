/**
 * What the catalogues offer, without devices and without a cache.
 *
 * @module
 */
import type { Asset } from "./asset.ts";
import { eligibleAssets, newestAssets } from "./asset-choice.ts";
import { mergeAssets } from "./catalogs/merge.ts";
import { type GatherContext, readCatalogs } from "./gather.ts";
import type { PrecacheOptions } from "./options.ts";
import { compareVersions } from "./os-version.ts";
import { choiceOf } from "./wants.ts";

/** The assets of the groups of the options, each file once, by group, title and newest version first. */
export async function listAssets(
  options: PrecacheOptions,
  context: GatherContext,
): Promise<{ assets: readonly Asset[]; troubles: readonly string[] }> {
  const listed = await readCatalogs(options, [], context);
  const eligible = eligibleAssets(mergeAssets(listed.assets), choiceOf(options));
  const kept = options.newestOnly ? [...newestAssets(eligible)] : eligible;
  const ofGroup = kept.filter(
    ({ group, firmware }) => options.groups.includes(group) || (firmware && options.groups.includes("firmware")),
  );
  return { assets: ofGroup.sort(compareListed), troubles: listed.troubles };
}

function compareListed(a: Asset, b: Asset): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  const versions = compareVersions(b.version ?? "0", a.version ?? "0");
  if (versions !== 0) return versions;
  return a.title < b.title ? -1 : a.title > b.title ? 1 : 0;
}
