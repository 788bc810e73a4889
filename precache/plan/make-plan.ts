/**
 * From options to a plan: find the caches, count devices, read catalogues, see what is held, decide.
 *
 * @module
 */

import { join } from "node:path";
import pMap from "p-map";
import { type AssetInventory, readAssetInfo } from "../../core/cache/cache.ts";
import { errorText } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { countText } from "../../core/words/amounts.ts";
import { createFetchCache } from "../catalogs/catalogs.ts";
import type { Discovery, DiscoveryWorld } from "../discovery/discovery.ts";
import { discoverTargets, isLocal, requireTargets, roomOf } from "../discovery/discovery.ts";
import type { PrecacheOptions } from "../options.ts";
import { type Deliveries, Presence, readDeliveries } from "../presence/presence.ts";
import { createFetcher } from "../transfer/transfer.ts";
import type { Asset, CacheTarget, DeviceCount, Plan } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";
import { countDevices, type GatherContext, readCatalogs } from "./inputs.ts";
import { noting } from "./notes.ts";
import { leftOutSentences, type PlanInput, planWarming, unjudgedSentences } from "./plan-warming.ts";
import { choiceOf, mayBeWanted, requireWants } from "./selection.ts";
import { withSizes } from "./sizes.ts";

export interface PrepareContext {
  readonly options: PrecacheOptions;
  readonly stateDir: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** What earlier runs brought; undefined leaves this sign out. */
  readonly deliveries: Deliveries | undefined;
  /** A run needs a cache; a plan can be made without one. */
  readonly needsCache: boolean;
  readonly world?: DiscoveryWorld;
  /** Called with what is going on, for people who wait. */
  readonly say?: (text: string) => void;
}

/** Everything a run needs to know. */
export interface Prepared {
  readonly plan: Plan;
  readonly discovery: Discovery;
  readonly targets: readonly CacheTarget[];
  readonly devices: readonly DeviceCount[];
  /** Inventories of caches on this computer, by name of the target. */
  readonly inventories: ReadonlyMap<string, AssetInventory>;
  /** Which targets hold what, by `assetKey`, then by name of the target, with the sign that showed it. */
  readonly heldBy: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** What the cache can take, where it reports it. */
  readonly roomBytes: number | undefined;
  /** What could not be had, one sentence each; the plan is made without it. */
  readonly troubles: readonly string[];
  /** What is worth a sentence and makes nothing worse. */
  readonly notes: readonly string[];
}

/** How many caches' answers are awaited at once. */
const CHECKS_AT_ONCE = 8;

/**
 * Makes the plan.
 * @throws LarderError `CONFIG_NOTHING_WANTED`, `CACHE_NOT_FOUND`, `CATALOGS_UNREADABLE`, and those of device sources.
 */
export async function prepare(context: PrepareContext): Promise<Prepared> {
  const { options, say = () => undefined } = context;
  requireWants(options);
  const discovery = await discoverTargets(options, context.world);
  if (context.needsCache) requireTargets(discovery);
  const { log, notes } = noting(context.log);
  const gathering = { ...gatherContext({ ...context, log }), say };
  if (options.devices.length > 0) say("counting devices");
  const counted = await countDevices(options, gathering);
  const { devices } = counted;
  say("reading catalogues");
  const listed = await readCatalogs(options, { devices, context: gathering, wanted: mayBeWanted(options, devices) });
  const { inventories, troubles } = await inventoriesOf(discovery, options);
  const roomBytes = roomOf(options, discovery);
  const input: PlanInput = {
    assets: listed.assets,
    devices,
    choice: choiceOf(options),
    deltas: options.deltas,
    held: new Map(),
    limits: { budgetBytes: undefined, roomBytes: undefined },
  };
  const { items } = planWarming(input);
  const leftOut = items.filter((item) => item.leftOut === true);
  const wanted = items.filter((item) => item.leftOut !== true).map(({ asset }) => asset);
  say(`looking whether ${countText(wanted.length, "file is", "files are")} there already`);
  const heldBy = await whoHolds(wanted, discovery.targets, inventories, context);
  const held = heldEverywhere(heldBy, discovery.targets);
  const limits = { budgetBytes: options.budget, roomBytes };
  const limited = limits.budgetBytes !== undefined || limits.roomBytes !== undefined;
  const assets = limited ? await withSizes(wanted, context.signal) : wanted;
  const plan = { items: [...planWarming({ ...input, assets, held, limits }).items, ...leftOut] };
  const all = [...counted.troubles, ...listed.troubles, ...troubles, ...unjudgedSentences(plan)];
  const about = { troubles: all, notes: [...notes, ...leftOutSentences(plan)] };
  return { plan, discovery, targets: discovery.targets, devices, inventories, heldBy, roomBytes, ...about };
}

/**
 * A plan for people to read. It takes no lock, so that planning keeps no run waiting, and a run keeps no plan waiting.
 * @throws what `prepare` throws.
 */
export async function planOnly(context: Omit<PrepareContext, "deliveries" | "needsCache">): Promise<Prepared> {
  const book = await readDeliveries(context.stateDir, context.nowMs());
  return await prepare({ ...context, deliveries: book.asDeliveries(), needsCache: false });
}

/** What reading catalogues and inventories needs. */
export function gatherContext({
  options,
  stateDir,
  log,
  signal,
  nowMs,
}: Pick<PrepareContext, "options" | "stateDir" | "log" | "signal" | "nowMs">): GatherContext {
  const fetch = createFetchCache({
    folder: options.catalogFolder ?? join(stateDir, "precache", "catalogs"),
    freshMs: options.catalogFreshMinutes * 60_000,
    nowMs,
    log,
    signal,
  });
  return { fetch, log, signal, nowMs };
}

/** AssetInfo.db of the cache on this computer; that it cannot be read is reported, not thrown. */
async function inventoriesOf(
  discovery: Discovery,
  options: PrecacheOptions,
): Promise<{ inventories: Map<string, AssetInventory>; troubles: string[] }> {
  const inventories = new Map<string, AssetInventory>();
  const troubles: string[] = [];
  const local = discovery.targets.find((target) => isLocal(target, discovery));
  if (options.held.assetInfo && discovery.dataPath !== undefined && local !== undefined) {
    try {
      inventories.set(local.name, await readAssetInfo(join(discovery.dataPath, "AssetInfo.db")));
    } catch (error) {
      troubles.push(`AssetInfo.db: ${errorText(error)}`);
    }
  }
  return { inventories, troubles };
}

/** Which caches hold what: claimed by an inventory or our own record, confirmed by the cache's own answer. */
async function whoHolds(
  wanted: readonly Asset[],
  targets: readonly CacheTarget[],
  inventories: ReadonlyMap<string, AssetInventory>,
  context: PrepareContext,
): Promise<Map<string, ReadonlyMap<string, string>>> {
  const held = new Map<string, ReadonlyMap<string, string>>();
  if (targets.length === 0) return held;
  const fetcher = createFetcher();
  const { options, deliveries, nowMs, signal } = context;
  const check = new Presence({ fetcher, signs: options.held, deliveries, inventories, nowMs, hosts: options.hosts });
  const look = async (asset: Asset): Promise<void> => {
    if (signal.aborted) return;
    const by = new Map<string, string>();
    for (const target of targets) {
      const why = await heldBy(target, asset, check, signal);
      if (why !== undefined) by.set(target.name, why);
      // of peers one is enough: it hands over what it holds
      if (why !== undefined && target.role === "peer") break;
    }
    held.set(assetKey(asset.url), by);
  };
  try {
    await pMap(wanted, look, { concurrency: CHECKS_AT_ONCE });
  } finally {
    await fetcher.close();
  }
  return held;
}

/** What every cache of the run holds, all peers together counting as one; with the sign that showed it. */
function heldEverywhere(
  heldBy: ReadonlyMap<string, ReadonlyMap<string, string>>,
  targets: readonly CacheTarget[],
): Map<string, string> {
  const alone = targets.filter(({ role }) => role !== "peer");
  const peers = targets.filter(({ role }) => role === "peer");
  const held = new Map<string, string>();
  for (const [key, by] of heldBy) {
    const everywhere =
      alone.every(({ name }) => by.has(name)) && (peers.length === 0 || peers.some(({ name }) => by.has(name)));
    const why = [...by.values()].at(-1);
    if (everywhere && why !== undefined) held.set(key, why);
  }
  return held;
}

async function heldBy(
  target: CacheTarget,
  asset: Asset,
  check: Presence,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!(await check.claims(target, asset))) return undefined;
  const verdict = await check.check(target, asset, signal);
  return verdict.held === true ? verdict.why : undefined;
}
