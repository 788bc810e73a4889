/**
 * What the catalogues offer, without devices and without a cache.
 *
 * @module
 */

import { firmwareTitle } from "../catalogs/catalogs.ts";
import type { Asset } from "../words/asset.ts";
import { compareVersions } from "../words/os-version.ts";
import { readCatalogs } from "./inputs.ts";
import { judgeAssets } from "./judge.ts";
import { gatherContext, type PrepareContext } from "./make-plan.ts";
import { mergeAssets } from "./merge.ts";
import { noting } from "./notes.ts";
import { unjudgedSentences } from "./plan-warming.ts";
import { choiceOf } from "./selection.ts";

/** What listing needs. */
export type ListContext = Pick<PrepareContext, "options" | "stateDir" | "log" | "signal" | "nowMs">;

/** The assets of the groups of the options, each file once, by group, title and newest version first. */
export async function listAssets(
  context: ListContext,
): Promise<{ assets: readonly Asset[]; troubles: readonly string[]; notes: readonly string[] }> {
  const { options } = context;
  const choice = choiceOf(options);
  const { log, notes } = noting(context.log);
  const inGroup = ({ group, firmware }: Asset): boolean =>
    options.groups.includes(group) || (firmware && options.groups.includes("firmware"));
  const listed = await readCatalogs(options, {
    devices: [],
    context: gatherContext({ ...context, log }),
    wanted: inGroup,
  });
  const ofGroup = mergeAssets(listed.assets).filter((asset) => inGroup(asset) && (choice.betas || !asset.beta));
  // what may be a beta is listed: nothing is fetched here
  const { eligible, unjudged } = judgeAssets(ofGroup, { ...choice, betas: true });
  const unread = [...unjudged].map(
    ([asset, why]) => ({ asset, devices: 0, why, decision: "left", unjudged: true }) as const,
  );
  const troubles = [...listed.troubles, ...unjudgedSentences({ items: unread })];
  return { assets: eligible.map(titled).sort(compareListed), troubles, notes };
}

/** One firmware serves many models: its title says so. */
function titled(asset: Asset): Asset {
  const { firmware, models, version } = asset;
  return firmware && models.length > 1 && version !== undefined
    ? { ...asset, title: firmwareTitle(version, models) }
    : asset;
}

function compareListed(a: Asset, b: Asset): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  const versions = compareVersions(b.version ?? "0", a.version ?? "0");
  if (versions !== 0) return versions;
  return a.title < b.title ? -1 : a.title > b.title ? 1 : 0;
}
