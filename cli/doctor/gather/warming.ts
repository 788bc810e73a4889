/**
 * How a nightly run would find the cache to warm: without a person, so without Apple's locator.
 *
 * @module
 */
import { discoverTargets, silentTargets } from "../../../precache/index.ts";
import type { PrecacheOptions } from "../../../precache/options.ts";

/** The caches, and which of them do not answer. */
export async function findCaches(options: PrecacheOptions): Promise<object> {
  const { models, devices, groups, apps, updates, catalogs, firmware, servers } = options;
  const wishes = [models, devices, groups, apps, updates, catalogs, firmware.models, servers];
  const wanted = wishes.some((list) => list.length > 0);
  if (!wanted) return { wanted, targets: [], silent: [], steps: [] };
  const { targets, steps } = await discoverTargets(options, { attended: false });
  const silent = new Set(await silentTargets(targets));
  const urls = (which: boolean): string[] => targets.filter((each) => silent.has(each) === which).map(({ url }) => url);
  return {
    ...{ wanted, targets: urls(false), silent: urls(true) },
    steps: steps.map(({ way, said, outcome }) => ({ way, said, outcome })),
  };
}
