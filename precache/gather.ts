/**
 * What the plan is made of: devices counted, catalogues read.
 *
 * One catalogue that cannot be had does not end a run: what the others list is planned, and the trouble is told. An
 * inventory that cannot be had does end it, for a plan without half of the devices would look like a plan.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { errorText, LarderError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Asset, DeviceCount } from "./asset.ts";
import type { CatalogFetch } from "./catalogs/catalog.ts";
import { openCatalog } from "./catalogs/registry.ts";
import { type ModelNames, readModelNames } from "./devices/model-names.ts";
import { openDeviceSource } from "./devices/registry.ts";
import type { PrecacheOptions } from "./options.ts";
import type { CatalogOptions } from "./options-catalogs.ts";
import { type DeviceSourceKind, deviceOptions } from "./options-devices.ts";
import { catalogsFor, devicesFor } from "./wants.ts";
import { addressFault, hostsOf } from "./words/outside-address.ts";

export interface GatherContext {
  readonly fetch: CatalogFetch;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** Everything the inventories count. */
export interface CountedDevices {
  readonly devices: readonly DeviceCount[];
  /** What could not be had, one sentence each. */
  readonly troubles: readonly string[];
}

/** Inventories that may know a device by its marketing name only. */
const NAMING: readonly DeviceSourceKind[] = ["kandji", "mosyle", "meraki", "intune", "csv"];

/** Everything the catalogues list, as they list it. */
export interface GatheredAssets {
  readonly assets: readonly Asset[];
  /** Catalogues that could not be read, one sentence each. */
  readonly troubles: readonly string[];
}

/**
 * The devices of all inventories and those given by hand.
 * @throws LarderError of the source that could not be read whole.
 */
export async function countDevices(options: PrecacheOptions, context: GatherContext): Promise<CountedDevices> {
  const byHand = options.models.length === 0 ? [] : [deviceOptions.parse({ kind: "by-hand", models: options.models })];
  const { modelsNamed, troubles } = await namesFor(options, context);
  const devices: DeviceCount[] = [];
  for (const source of [...options.devices, ...byHand]) {
    const opened = await openDeviceSource(source);
    const { log, signal, nowMs } = context;
    devices.push(...(await opened.count({ log, signal, nowMs, modelsNamed, wait })));
  }
  return { devices, troubles };
}

/** The table of marketing names, where an inventory may need it; without it such devices are left out, and that is told. */
async function namesFor(
  options: PrecacheOptions,
  context: GatherContext,
): Promise<{ modelsNamed: ModelNames; troubles: string[] }> {
  const none: ModelNames = () => [];
  if (!options.devices.some(({ kind }) => NAMING.includes(kind))) return { modelsNamed: none, troubles: [] };
  const sofa = options.catalogs.find((catalog) => catalog.kind === "sofa");
  try {
    return { modelsNamed: await readModelNames(context, sofa?.base), troubles: [] };
  } catch (error) {
    return { modelsNamed: none, troubles: [`the table of marketing names: ${errorText(error)}`] };
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}

/**
 * The files of all catalogues.
 * @throws LarderError `CATALOGS_UNREADABLE` when not one of them could be read.
 */
export async function readCatalogs(
  options: PrecacheOptions,
  devices: readonly DeviceCount[],
  context: GatherContext,
): Promise<GatheredAssets> {
  const catalogs = catalogsFor(options);
  const listed: Asset[] = [];
  const troubles: string[] = [];
  for (const catalog of catalogs) {
    try {
      for await (const asset of listCatalog(catalog, options, devices, context)) listed.push(asset);
    } catch (error) {
      if (context.signal.aborted) throw error;
      troubles.push(`${catalog.kind}: ${errorText(error)}`);
    }
  }
  if (catalogs.length > 0 && troubles.length === catalogs.length) {
    throw new LarderError(`Cannot read the catalogues: ${troubles.join("; ")}`, {
      code: "CATALOGS_UNREADABLE",
      state: "nothing was fetched, and what the cache holds stays",
      next: "check the way out to Apple from this computer, or name another catalogue under precache.catalogs",
      retryable: true,
    });
  }
  return { assets: listed, troubles };
}

/** What one catalogue lists, without addresses that are not Apple's nor on a host the admin named. */
async function* listCatalog(
  catalog: CatalogOptions,
  options: PrecacheOptions,
  counted: readonly DeviceCount[],
  { fetch, log, signal }: GatherContext,
): AsyncIterable<Asset> {
  const hosts = [
    ...options.hosts,
    ...hostsOf(
      Object.values(catalog)
        .flat()
        .filter((value) => typeof value === "string"),
    ),
  ];
  const devices = devicesFor(catalog.kind, options, counted);
  const opened = await openCatalog(catalog);
  let refused = 0;
  let example = "";
  for await (const asset of opened.list({ fetch, log, signal, devices, hosts })) {
    const fault = addressFault(asset.url, { hosts });
    if (fault === undefined) yield asset;
    else if (++refused === 1) example = `${asset.url.slice(0, 200)}: ${fault}`;
  }
  if (refused > 0) log.warn("addresses of a catalogue are left out", { catalog: catalog.kind, refused, example });
}
