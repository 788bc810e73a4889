/**
 * Every check, in the order of the way: the Mac, its cache, what is recorded of it, where that goes; then what devices
 * see of it.
 *
 * @module
 */
import type { Check } from "../check.ts";
import { apple } from "./apple.ts";
import { cachePort } from "./cache-port.ts";
import { cacheRanges } from "./cache-ranges.ts";
import { cacheSettings } from "./cache-settings.ts";
import { clock } from "./clock.ts";
import { contentCaching } from "./content-caching.ts";
import { daemon } from "./daemon.ts";
import { dataVolume } from "./data-volume.ts";
import { databases } from "./databases.ts";
import { diskCache } from "./disk-cache.ts";
import { dnsRecords } from "./dns-records.ts";
import { evidence } from "./evidence.ts";
import { larder } from "./larder.ts";
import { locator } from "./locator.ts";
import { networkOrder } from "./network-order.ts";
import { notifiers } from "./notifiers.ts";
import { power } from "./power.ts";
import { proxy } from "./proxy.ts";
import { publicAddress } from "./public-address.ts";
import { resolvers } from "./resolvers.ts";
import { sinks } from "./sinks.ts";
import { warming } from "./warming.ts";

export const CHECKS: readonly Check[] = [
  evidence,
  contentCaching,
  power,
  networkOrder,
  apple,
  dataVolume,
  cacheSettings,
  cacheRanges,
  databases,
  clock,
  daemon,
  larder,
  sinks,
  proxy,
  notifiers,
  warming,
  locator,
  cachePort,
  diskCache,
  resolvers,
  dnsRecords,
  publicAddress,
];
