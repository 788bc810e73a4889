/**
 * The plan: which assets are fetched tonight, in which order, and why the others are not. Pure: no clock, no disk, no
 * network.
 *
 * Promises: every file once, whichever addresses and catalogues name it; never more bytes than the budget, nor than the
 * cache can take without evicting; what the cache holds is not asked for again; the most wanted first, by devices
 * waiting for each byte.
 *
 * Here is the order of the steps. Who waits is `waiting-devices.ts`, what was asked for by name is `asset-choice.ts`.
 *
 * @module
 */

import { countText } from "../../core/words/amounts.ts";
import { firmwareTitle } from "../catalogs/catalogs.ts";
import type { Asset, DeviceCount, Plan, PlannedAsset } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";
import { matchesModel } from "../words/model.ts";
import { type AssetChoice, chosenBecause, mayBeNamed } from "./asset-choice.ts";
import { isListed, judgeAssets } from "./judge.ts";
import { mergeAssets } from "./merge.ts";
import { type DeltaRule, waitingDevices } from "./waiting-devices.ts";

export interface PlanLimits {
  /** Most bytes of one run; undefined means no limit. */
  readonly budgetBytes: number | undefined;
  /** Bytes the cache can still take without evicting, where it reports it. */
  readonly roomBytes: number | undefined;
}

export interface PlanInput {
  readonly assets: readonly Asset[];
  readonly devices: readonly DeviceCount[];
  readonly choice: AssetChoice;
  readonly deltas: DeltaRule;
  /** What the caches hold, by `assetKey`, with how we know: `in AssetInfo.db`, `warmed 2 days ago`. */
  readonly held: ReadonlyMap<string, string>;
  readonly limits: PlanLimits;
}

/** What is wanted, before anybody asked whether it fits. */
interface Wanted {
  readonly asset: Asset;
  readonly devices: number;
  readonly why: string;
}

/** The plan: to be warmed first (in that order), then what is there, then what is left for another time. */
export function planWarming(input: PlanInput): Plan {
  const { eligible, unjudged, leftOut } = judgeAssets(mergeAssets(input.assets), input.choice);
  const wanted = mostWantedFirst(wantedAssets(eligible, input));
  const missing = wanted.filter(({ asset }) => !input.held.has(assetKey(asset.url)));
  const { fits, left } = withinLimits(missing, input.limits);
  const cached = wanted.flatMap(({ asset, devices }): PlannedAsset[] => {
    const why = input.held.get(assetKey(asset.url));
    return why === undefined ? [] : [{ asset, devices, why, decision: "cached" }];
  });
  const doubtful = unjudgedItems(eligible, unjudged, input);
  return { items: [...fits, ...cached, ...left, ...leftOutItems(eligible, leftOut, input), ...doubtful] };
}

/** What an admin's own list names and a setting leaves out: shown, as somebody asked for it by hand. */
function leftOutItems(
  eligible: readonly Asset[],
  leftOut: ReadonlyMap<Asset, string>,
  { deltas, choice }: PlanInput,
): PlannedAsset[] {
  const unwanted = (asset: Asset): boolean => isUnwantedDelta(asset, deltas) && isListed(asset, choice);
  const delta = eligible.filter(unwanted).map((asset) => [asset, "a delta, deltas"] as const);
  const wanted = [...leftOut, ...delta].map(([asset, why]): Wanted => ({ asset, devices: 0, why }));
  return mostWantedFirst(wanted).map((item) => ({ ...item, decision: "left", leftOut: true }));
}

function isUnwantedDelta({ fromBuilds }: Asset, deltas: DeltaRule): boolean {
  return deltas === "none" && fromBuilds.length > 0;
}

/** What would be wanted, were it known what it is; it is left, and the run says so. */
function unjudgedItems(
  eligible: readonly Asset[],
  unjudged: ReadonlyMap<Asset, string>,
  input: PlanInput,
): PlannedAsset[] {
  const missing = (asset: Asset): boolean => !input.held.has(assetKey(asset.url));
  const wanted = wantedAssets([...unjudged.keys()].filter(missing), input).map(
    (item): Wanted => ({ ...item, why: unjudged.get(item.asset) ?? item.why }),
  );
  const named = [...eligible, ...unjudged.keys()]
    .filter((asset) => mayBeNamed(asset, input.choice) && missing(asset))
    .filter((asset) => chosenBecause(asset, input.choice) === undefined)
    .map((asset): Wanted => ({ asset, devices: 0, why: "title unread, so it may be one that is named" }));
  return mostWantedFirst([...wanted, ...named]).map((item) => ({ ...item, decision: "left", unjudged: true }));
}

/** What a plan leaves, one sentence for each reason: all of it, or what `which` says. */
export function leftSentences({ items }: Plan, which: (item: PlannedAsset) => boolean = () => true): string[] {
  const reasons = new Map<string, string[]>();
  for (const item of items) {
    const { asset, why, decision } = item;
    if (decision === "left" && which(item)) reasons.set(why, [...(reasons.get(why) ?? []), asset.title]);
  }
  return [...reasons].map(([why, titles]) => {
    const more = titles.length > 3 ? " …" : "";
    return `${countText(titles.length, "file")} (${why}): ${titles.slice(0, 3).join(", ")}${more}`;
  });
}

/** What is left because something is not known of it. */
export function unjudgedSentences(plan: Plan): string[] {
  return leftSentences(plan, ({ unjudged }) => unjudged === true);
}

/** What is left though a list names it, because of a setting. */
export function leftOutSentences(plan: Plan): string[] {
  return leftSentences(plan, ({ leftOut }) => leftOut === true).map((said) => `left out of the list: ${said}`);
}

/** Sums of a plan, for tables and totals; bytes of what has a known size. */
export interface PlanTotals {
  readonly assets: number;
  readonly bytes: number;
  /** Of these, assets whose size is in no catalogue. */
  readonly unknownSizes: number;
}

/** Totals of one decision. */
export function planTotals(plan: Plan, decision: PlannedAsset["decision"]): PlanTotals {
  const items = plan.items.filter((item) => item.decision === decision);
  return {
    assets: items.length,
    bytes: items.reduce((sum, { asset }) => sum + (asset.sizeBytes ?? 0), 0),
    unknownSizes: items.filter(({ asset }) => asset.sizeBytes === undefined).length,
  };
}

/** The order of the plan: devices waiting per byte; then what was named; smaller before larger; then by address. */
export function compareWanted(a: Wanted, b: Wanted): number {
  // cross-multiplied, so that no division by a size nobody knows is needed
  const [sizeA, sizeB] = [a.asset.sizeBytes ?? UNKNOWN_SIZE, b.asset.sizeBytes ?? UNKNOWN_SIZE];
  return (
    b.devices * sizeA - a.devices * sizeB || sizeA - sizeB || compareText(assetKey(a.asset.url), assetKey(b.asset.url))
  );
}

/** For the order only: an asset of unknown size ranks as a system image would. */
const UNKNOWN_SIZE = 8_000_000_000;

function wantedAssets(candidates: readonly Asset[], input: PlanInput): Wanted[] {
  const waiting = waitingDevices(candidates, input.devices, input.deltas);
  return candidates.flatMap((asset) => {
    const wait = waiting.get(asset);
    if (wait !== undefined) return [{ asset, ...wait }];
    if (isUnwantedDelta(asset, input.deltas)) return [];
    const why = chosenBecause(asset, input.choice);
    return why === undefined ? [] : [{ asset: titledFor(asset, input.choice), devices: 0, why }];
  });
}

/** One firmware serves many models: its title names those it was asked for. */
function titledFor(asset: Asset, { firmware }: AssetChoice): Asset {
  const { models, version } = asset;
  if (!asset.firmware || models.length < 2 || version === undefined) return asset;
  const asked = models.filter((model) => firmware.some((want) => matchesModel(want, model)));
  return { ...asset, title: firmwareTitle(version, asked.length > 0 ? asked : models) };
}

function mostWantedFirst(wanted: readonly Wanted[]): Wanted[] {
  return [...wanted].sort(compareWanted);
}

/** Takes what fits, in order; a smaller one may still fit where a larger did not. */
function withinLimits(wanted: readonly Wanted[], limits: PlanLimits): { fits: PlannedAsset[]; left: PlannedAsset[] } {
  const fits: PlannedAsset[] = [];
  const left: PlannedAsset[] = [];
  const limit = Math.min(limits.budgetBytes ?? Number.POSITIVE_INFINITY, limits.roomBytes ?? Number.POSITIVE_INFINITY);
  const tight = (limits.roomBytes ?? Number.POSITIVE_INFINITY) < (limits.budgetBytes ?? Number.POSITIVE_INFINITY);
  let taken = 0;
  for (const item of wanted) {
    const size = item.asset.sizeBytes;
    if (size === undefined && Number.isFinite(limit)) {
      left.push({ ...item, why: "size unknown, and there is a limit", decision: "left", unjudged: true });
    } else if (taken + (size ?? 0) > limit) {
      left.push({ ...item, why: tight ? "no room without evicting" : "beyond the budget", decision: "left" });
    } else {
      taken += size ?? 0;
      fits.push({ ...item, decision: "warm" });
    }
  }
  return { fits, left };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
