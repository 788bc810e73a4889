/**
 * What the plan is made of: devices counted, catalogues read.
 *
 * One catalogue or inventory that cannot be had does not end a run: what the others give is planned, and the trouble is
 * reported. When none is available, there is nothing to plan.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { errorText, LarderError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { countText } from "../../core/words/amounts.ts";
import type { CatalogFetch } from "../catalogs/catalogs.ts";
import { openCatalog } from "../catalogs/catalogs.ts";
import type { CatalogOptions } from "../catalogs/options.ts";
import { type ModelNames, openDeviceSource, readModelNames } from "../devices/devices.ts";
import { type DeviceOptions, deviceOptions } from "../devices/options.ts";
import type { PrecacheOptions } from "../options.ts";
import type { Asset, DeviceCount } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";
import { addressFault, hostsOf, isLocalText } from "../words/outside-address.ts";
import { catalogsFor, devicesFor, isAdminsList, wantsBesideInventories } from "./selection.ts";

export interface GatherContext {
  readonly fetch: CatalogFetch;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Called with what is going on, for people who wait. */
  readonly say?: (text: string) => void;
}

/** Everything the inventories count. */
export interface CountedDevices {
  readonly devices: readonly DeviceCount[];
  /** What could not be had, one sentence each. */
  readonly troubles: readonly string[];
}

/** Everything the catalogues list, as they list it. */
export interface GatheredAssets {
  readonly assets: readonly Asset[];
  /** What could not be had, one sentence each. */
  readonly troubles: readonly string[];
}

/**
 * The devices of all inventories and those given by hand.
 * @throws LarderError of the first inventory that could not be read whole, when none could and nothing else is wanted; of
 *   models given by hand that are not models.
 */
export async function countDevices(options: PrecacheOptions, context: GatherContext): Promise<CountedDevices> {
  const troubles: string[] = [];
  const modelsNamed = namesOnDemand(options, context, troubles);
  const failures: unknown[] = [];
  const devices: DeviceCount[] = [];
  for (const source of options.devices) {
    try {
      devices.push(...(await countOne(source, modelsNamed, context)));
    } catch (error) {
      if (context.signal.aborted || source.kind === "by-hand") throw error;
      failures.push(error);
      troubles.push(`the devices of ${source.kind}: ${errorText(error)}`);
    }
  }
  if (options.models.length > 0) {
    const byHand = deviceOptions.parse({ kind: "by-hand", models: options.models });
    devices.push(...(await countOne(byHand, modelsNamed, context)));
  }
  if (failures.length > 0 && failures.length === options.devices.length && !wantsBesideInventories(options)) {
    throw failures[0];
  }
  return { devices, troubles };
}

async function countOne(source: DeviceOptions, modelsNamed: ModelNames, context: GatherContext) {
  const { log, signal, nowMs, say = () => undefined } = context;
  const opened = await openDeviceSource(source);
  return await opened.count({ log, signal, nowMs, say, modelsNamed, wait, random: Math.random });
}

/**
 * The table of marketing names, fetched when the first device is known by such a name only. Without it such devices are
 * left out, and that is reported.
 */
function namesOnDemand(options: PrecacheOptions, context: GatherContext, troubles: string[]): ModelNames {
  let table: Promise<ModelNames> | undefined;
  const sofa = options.catalogs.find((catalog) => catalog.kind === "sofa");
  const read = async (): Promise<ModelNames> => {
    try {
      return await readModelNames(context, sofa?.base);
    } catch (error) {
      if (context.signal.aborted) throw error;
      troubles.push(`the table of marketing names: ${errorText(error)}`);
      return async () => [];
    }
  };
  return async (name) => {
    table ??= read();
    return await (await table)(name);
  };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw new LarderError("Cannot count the devices: stopped before it was done", {
      code: "HTTP_ABORTED",
      state: "nothing was fetched",
      cause: error,
    });
  }
}

/** What decides which files are of use. */
export interface CatalogInterest {
  readonly devices: readonly DeviceCount[];
  readonly context: GatherContext;
  /**
   * Which files may be planned: others are dropped as they are read, so that memory holds no more of a long catalogue
   * than is wanted of it. Default all.
   */
  readonly wanted?: (asset: Asset) => boolean;
}

/**
 * The files of all catalogues.
 * @throws LarderError `CATALOGS_UNREADABLE` when not one of them could be read.
 */
export async function readCatalogs(
  options: PrecacheOptions,
  { devices, context, wanted = () => true }: CatalogInterest,
): Promise<GatheredAssets> {
  const catalogs = catalogsFor(options);
  const listed = new Map<CatalogOptions, Asset[]>();
  const troubles: string[] = [];
  let unread = 0;
  const named = new Set<string>();
  // lists first: what other catalogues know of a file in them is kept, whatever it is
  for (const catalog of [...catalogs].sort((a, b) => Number(isAdminsList(b.kind)) - Number(isAdminsList(a.kind)))) {
    const assets: Asset[] = [];
    listed.set(catalog, assets);
    const trouble = (text: string) => void troubles.push(text);
    try {
      for await (const asset of listCatalog({ catalog, options, devices, context, trouble })) {
        if (isAdminsList(catalog.kind)) named.add(assetKey(asset.url));
        else if (!wanted(asset) && !(named.size > 0 && named.has(assetKey(asset.url)))) continue;
        assets.push(asset);
      }
    } catch (error) {
      if (context.signal.aborted) throw error;
      unread += 1;
      troubles.push(`${catalog.kind}: ${errorText(error)}`);
    }
  }
  if (catalogs.length > 0 && unread === catalogs.length) {
    throw new LarderError(`Cannot read the catalogues: ${troubles.join("; ")}`, {
      code: "CATALOGS_UNREADABLE",
      state: "nothing was fetched, and what the cache holds stays",
      next: catalogs.every(isLocalFile)
        ? "see whether the file is what its catalogue kind says, or name another one"
        : "check the way out to Apple from this computer, or name another catalogue under precache.catalogs",
      retryable: true,
    });
  }
  return { assets: catalogs.flatMap((catalog) => listed.get(catalog) ?? []), troubles };
}

/** Whether a catalogue is a file of this computer. */
function isLocalFile(catalog: CatalogOptions): boolean {
  return "url" in catalog && typeof catalog.url === "string" && isLocalText(catalog.url);
}

interface Listing {
  readonly catalog: CatalogOptions;
  readonly options: PrecacheOptions;
  readonly devices: readonly DeviceCount[];
  readonly context: GatherContext;
  readonly trouble: (text: string) => void;
}

/** What one catalogue lists, without addresses that are not Apple's nor on a host the admin named. */
async function* listCatalog({ catalog, options, devices, context, trouble }: Listing): AsyncIterable<Asset> {
  const { fetch, log, signal } = context;
  const own = Object.values(catalog)
    .flat()
    .filter((value) => typeof value === "string");
  const hosts = [...options.hosts, ...hostsOf(own)];
  const asked = devicesFor(catalog.kind, options, devices);
  const opened = await openCatalog(catalog);
  let refused = 0;
  let example = "";
  for await (const asset of opened.list({ fetch, log, signal, devices: asked, hosts, trouble })) {
    const fault = addressFault(asset.url, { hosts });
    if (fault === undefined) yield asset;
    else if (++refused === 1) example = `${asset.url.slice(0, 200)}: ${fault}`;
  }
  if (refused === 0) return;
  // in a list of the admin's, each of them was asked for
  if (isAdminsList(catalog.kind))
    trouble(`${countText(refused, "address", "addresses")} of the ${catalog.kind}: ${example}`);
  else log.warn("addresses of a catalogue are left out", { catalog: catalog.kind, refused, example });
}
